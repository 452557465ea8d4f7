/**
 * Ids for new things: 26 small letters and digits that sort by the time they were made and cannot be guessed. The layout is ULID's (10
 * characters of milliseconds, 16 of randomness, Crockford's alphabet), in small letters: https://github.com/ulid/spec. Ids of one
 * millisecond are in no order.
 */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** Unpredictable bytes: `randomBytes` of node:crypto. */
export type RandomBytes = (size: number) => Uint8Array;

/** A new id. */
export function newId(nowMs: number, randomBytes: RandomBytes): string {
  const time = Array.from({ length: TIME_LENGTH }, (_, place) => letter(Math.floor(nowMs / 32 ** (TIME_LENGTH - 1 - place))));
  return time.join('') + Array.from(randomBytes(RANDOM_LENGTH), letter).join('');
}

/** 32 divides 256, so no letter is likelier than another. */
function letter(value: number): string {
  return ALPHABET.charAt(value % 32);
}
