/**
 * Lines of a text that comes in pieces of bytes, cut anywhere: also inside of a character or between the two characters of a line end.
 */

/** More than this without a line end is no text of lines. */
const MAX_LINE_CHARACTERS = 1_000_000;

/**
 * The lines that are not empty, without their ends; the last one needs none.
 *
 * @throws TypeError for bytes that are no UTF-8, Error for a line of over 1,000,000 characters.
 */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map(withoutReturn).filter(isLine);
    if (rest.length > MAX_LINE_CHARACTERS) throw new Error(`a line has over ${MAX_LINE_CHARACTERS} characters`);
  }
  yield* [withoutReturn(rest + decoder.decode())].filter(isLine);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function isLine(line: string): boolean {
  return line.trim() !== '';
}
