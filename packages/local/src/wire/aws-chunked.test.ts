import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedEncodingError, decodeAwsChunked } from './aws-chunked.js';

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(text: string | Buffer, size = 7): Promise<{ readonly data: string; readonly trailers: Record<string, string> }> {
  const trailers = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunked(pieces(text, size), trailers)) chunks.push(chunk);
  return { data: Buffer.concat(chunks).toString('latin1'), trailers: Object.fromEntries(trailers) };
}

describe('aws-chunked', () => {
  it('joins chunks and gives the trailers', async () => {
    const body = '5\r\nhello\r\n6;chunk-signature=abc\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
    expect(await decode(body)).toEqual({ data: 'hello world', trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' } });
  });

  it('reads a body however the network cuts it', async () => {
    const run = fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
      fc.integer({ min: 1, max: 50 }),
      async (chunks, size) => {
        const encoded = chunks.map((chunk) => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
        const { data } = await decode(Buffer.concat([...encoded, Buffer.from('0\r\n\r\n')]), size);
        expect(data).toBe(Buffer.concat(chunks).toString('latin1'));
      },
    );
    await fc.assert(run, { numRuns: 60 });
  });

  it.each([
    ['a body that ends early', '5\r\nhel'],
    ['a length that is not hex', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['data longer than its length', '4\r\nhello\r\n0\r\n\r\n'],
    ['a trailer without a colon', '0\r\nnonsense\r\n\r\n'],
    ['a missing last chunk', '5\r\nhello\r\n'],
  ])('refuses %s', async (_, body) => {
    await expect(decode(body)).rejects.toThrow(ChunkedEncodingError);
  });
});
