/**
 * Cuts a message into parts, PROTOCOL.md P3.26: pieces of its text whose frames stay within 32,000 bytes, never in the middle of a character.
 */

import { MAX_FRAME_BYTES, MAX_PARTS } from '@org/gateway-core/protocol';

/** Of a frame, all but the piece: names, numbers, punctuation and a message name of 64 characters. */
const ROOM = MAX_FRAME_BYTES - 200;

/** What JSON makes of one character of a text, escapes and pairs of surrogates whole. */
const JSON_CHARACTER = /\\u[0-9a-f]{4}|\\.|[^\\]/gu;

/** The frames of a message's parts; undefined when there would be more than eight. @param name at most 64 characters, the same for the same message */
export function partFrames(name: string, text: string): readonly string[] | undefined {
  const pieces: string[] = [];
  let piece: string[] = [];
  let bytes = 0;
  for (const [character] of JSON.stringify(text).slice(1, -1).matchAll(JSON_CHARACTER)) {
    const size = character.length === 1 && character < '\u0080' ? 1 : Buffer.byteLength(character);
    if (bytes + size > ROOM) {
      pieces.push(piece.join(''));
      piece = [];
      bytes = 0;
    }
    piece.push(character);
    bytes += size;
  }
  pieces.push(piece.join(''));
  if (pieces.length > MAX_PARTS) return undefined;
  const head = (at: number) => `{"id":null,"method":"gw.part","params":{"k":${JSON.stringify(name)},"i":${at},"n":${pieces.length},"d":"`;
  return pieces.map((each, at) => `${head(at)}${each}"}}`);
}
