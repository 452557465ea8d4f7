/**
 * Undoes the codings of an answer's body. https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */

import type { Answer } from './answer-reader.js';

/** The codings, the last one applied first; none for a body that is as it is. */
export function codingsOf({ head: { fields } }: Answer): readonly string[] {
  const codings = fields.get('content-encoding');
  return codings === undefined
    ? []
    : codings
        .toLowerCase()
        .split(/[ \t]*,[ \t]*/)
        .filter((coding) => coding && coding !== 'identity')
        .reverse();
}

/** The body without its codings. Rejects for a coding that is unknown, and for a body that is not of it. */
export async function decoded(body: Buffer, codings: readonly string[]): Promise<Buffer> {
  const { brotliDecompress, gunzip, inflate, inflateRaw } = await import('node:zlib');
  let bytes = body;
  for (const coding of codings) {
    // What calls itself deflate comes with and without zlib's header: https://fetch.spec.whatwg.org/#handle-content-codings
    const deflated = (bytes[0] as number) % 16 === 8 ? inflate : inflateRaw;
    const undo = { gzip: gunzip, 'x-gzip': gunzip, br: brotliDecompress, deflate: deflated }[coding];
    if (!undo) throw new Error(`got content-encoding ${coding}, expected gzip, deflate or br`);
    const coded = bytes;
    if (coded.length > 0)
      bytes = await new Promise((resolve, reject) => {
        undo(coded, (error, plain) => (error ? reject(error) : resolve(plain)));
      });
  }
  return bytes;
}
