/**
 * What can be uploaded, said before anything is sent. The limits are the contract's: others do not compile.
 */

import type { UploadLimitsOf } from '@org/gateway-client/files';
import type { files } from '@org/gateway-contract';

export const FILE_LIMITS: UploadLimitsOf<typeof files> = { accept: ['*/*'], maxBytes: 5_000_000_000 };

/** What is wrong with a file, in words for a person; undefined when it can be uploaded. */
export function uploadProblem({ name, size }: { readonly name: string; readonly size: number }): string | undefined {
  if (size === 0) return `${name} is empty.`;
  if (size > FILE_LIMITS.maxBytes) return `${name} is larger than 5 GB.`;
  if (!/^[^\\/\p{Cc}]{1,200}$/u.test(name)) return `The name ${name.slice(0, 40)} … is too long or has characters that files cannot have.`;
  return undefined;
}
