/**
 * The length of texts in UTF-8, which is what limits of the wire are about.
 */

/** Bytes of a text that has more than so many; 0 for one that has not. Measured only if it could: a character has at most three. */
export function bytesBeyond(max: number, text: string): number {
  const bytes = text.length * 3 > max ? new Blob([text]).size : 0;
  return bytes > max ? bytes : 0;
}
