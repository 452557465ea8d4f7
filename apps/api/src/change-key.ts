/**
 * Sort keys of indexes by time. Text sorts like the number when it is padded: 15 digits last until the year 33,658.
 */

const DIGITS = 15;

/** Sorts by time, unique by id. */
export function changeKey(atMs: number, id: string): string {
  return `${String(atMs).padStart(DIGITS, '0')}-${id}`;
}
