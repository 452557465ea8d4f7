/**
 * Decodes the `aws-chunked` content encoding: hex length, optional chunk extensions, data, and trailers after the last chunk.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html - chunk signatures are skipped, not verified.
 */

/** A body that is not valid `aws-chunked`. */
export class ChunkedEncodingError extends Error {
  override readonly name = 'ChunkedEncodingError';
}

const MAX_LINE_BYTES = 16 * 1024;

/** Yields the data of the chunks as it comes; trailers are in `trailers` (lower-case names) once the generator has ended. */
export async function* decodeAwsChunked(source: AsyncIterable<Buffer>, trailers: Map<string, string>): AsyncGenerator<Buffer> {
  const reader = createReader(source);
  for (;;) {
    const size = chunkSize(await reader.line());
    if (size === 0) break;
    yield* reader.take(size);
    if ((await reader.line()) !== '') throw new ChunkedEncodingError('expected CRLF after the data of a chunk');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new ChunkedEncodingError(`expected "name:value" in the trailer, got ${JSON.stringify(line.slice(0, 80))}`);
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function chunkSize(line: string): number {
  const match = /^([0-9a-fA-F]{1,12})(?:;.*)?$/.exec(line);
  if (!match) throw new ChunkedEncodingError(`expected the length of a chunk in hex, got ${JSON.stringify(line.slice(0, 80))}`);
  return Number.parseInt(match[1]!, 16);
}

interface Reader {
  line(): Promise<string>;
  take(bytes: number): AsyncGenerator<Buffer>;
}

function createReader(source: AsyncIterable<Buffer>): Reader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function more(): Promise<void> {
    const next = await iterator.next();
    if (next.done) throw new ChunkedEncodingError('the body ended inside a chunk');
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  }

  return {
    async line() {
      let end = held.indexOf('\r\n');
      while (end < 0) {
        if (held.length > MAX_LINE_BYTES) throw new ChunkedEncodingError(`a line is longer than ${MAX_LINE_BYTES} bytes`);
        await more();
        end = held.indexOf('\r\n');
      }
      const line = held.toString('latin1', 0, end);
      held = held.subarray(end + 2);
      return line;
    },
    async *take(bytes) {
      let left = bytes;
      while (left > 0) {
        if (held.length === 0) await more();
        const piece = held.subarray(0, left);
        held = held.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
  };
}
