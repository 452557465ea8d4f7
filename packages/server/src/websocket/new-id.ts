/** Ids of the running functions; tests count. */

import { randomUUID } from 'node:crypto';

/** 32 hexadecimal digits, for epochs and writers' marks. */
export function newAlphanumericId(): string {
  return randomUUID().replaceAll('-', '');
}
