/** Names no other test and no earlier run has used: a deployed stage keeps what was written to it. */

import { randomBytes } from 'node:crypto';

/** `prefix-` and ten random letters and digits; fits folders and ids. */
export function freshName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}
