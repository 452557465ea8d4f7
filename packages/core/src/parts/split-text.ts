/**
 * Cuts a message into parts, PROTOCOL.md P3.26: pieces of its text whose frames stay within 32,000 bytes, never in the middle of a character.
 */

import { MAX_FRAME_BYTES, MAX_PARTS } from '../protocol/aws-limits.js';

/** Of a frame, all but the piece and the service: names, numbers, punctuation and a message name of 64 characters. */
const ROOM = MAX_FRAME_BYTES - 200;

/** What JSON makes of one character of a text, escapes and pairs of surrogates whole. */
const JSON_CHARACTER = /\\u[0-9a-f]{4}|\\.|[^\\]/gu;

/**
 * The frames of a message's parts; undefined when there would be more than eight.
 *
 * @param name at most 64 characters, the same for the same message
 * @param svc of a client's parts, as its frames have it
 */
export function partFrames(name: string, text: string, svc?: string): readonly string[] | undefined {
  const room = ROOM - (svc?.length ?? 0);
  if (text.length > MAX_PARTS * room) return undefined;
  const pieces: string[] = [];
  let piece: string[] = [];
  let bytes = 0;
  for (const [character] of JSON.stringify(text).slice(1, -1).matchAll(JSON_CHARACTER)) {
    const size = utf8Bytes(character);
    if (bytes + size > room) {
      pieces.push(piece.join(''));
      piece = [];
      bytes = 0;
    }
    piece.push(character);
    bytes += size;
  }
  pieces.push(piece.join(''));
  if (pieces.length > MAX_PARTS) return undefined;
  const head = JSON.stringify({ id: null, method: 'gw.part', svc, params: { k: name } }).slice(0, -2);
  return pieces.map((each, at) => `${head},"i":${at},"n":${pieces.length},"d":"${each}"}}`);
}

/** An escape has ASCII only; what is not one is a single character. */
function utf8Bytes(character: string): number {
  const code = character.codePointAt(0) as number;
  return code < 0x80 ? character.length : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
