/**
 * What can be uploaded, said before anything is sent. The numbers are the contract's; the page imports its types only, and a test compares
 * them.
 */

/** Files up to this size go in one request: shorter than a part, nothing is gained by resuming it. */
export const ONE_REQUEST_BYTES = 5 * 1_048_576;

/** The contract's `MAX_MULTIPART_BYTES`. */
export const MAX_FILE_BYTES = 5_000_000_000;

/** What is wrong with a file, in words for a person; undefined when it can be uploaded. */
export function uploadProblem({ name, size }: { readonly name: string; readonly size: number }): string | undefined {
  if (size === 0) return `${name} is empty.`;
  if (size > MAX_FILE_BYTES) return `${name} is larger than 5 GB.`;
  if (!/^[^\\/\p{Cc}]{1,200}$/u.test(name)) return `The name ${name.slice(0, 40)} … is too long or has characters that files cannot have.`;
  return undefined;
}

/** The media type as the contract takes it: without parameters. What the browser does not know is bytes. */
export function mediaTypeOf(type: string): string {
  return /^[a-z]+\/[a-z0-9.+-]+/.exec(type)?.[0] ?? 'application/octet-stream';
}
