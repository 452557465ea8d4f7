/**
 * Request ids as parts of keys: their JSON, because `1` and `"1"` are two ids, and because a lone surrogate stays what it is. P3.5.
 */

import type { RequestId } from '@org/gateway-core/protocol';

/** At most 770 bytes: 128 characters, each escaped. */
export function requestKey(id: RequestId): string {
  return JSON.stringify(id);
}

/** The id behind a key that `requestKey` made. */
export function requestIdOf(key: string): RequestId {
  return JSON.parse(key) as RequestId;
}
