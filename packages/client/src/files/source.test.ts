import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SourceFacts, sourceOf, type UploadSource } from './source.js';

const textOf = async (file: UploadSource, facts: SourceFacts = {}) => {
  const source = sourceOf(file, facts);
  const pieces = [source.read(0, 3), source.read(3, 6), source.read(6, source.bytes)];
  return (await Promise.all(pieces)).map((piece) => Buffer.from(piece).toString());
};
const streamOf = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
      controller.close();
    },
  });

describe('what can be uploaded', () => {
  it.each([
    ['a Blob', () => new Blob(['abcdefgh']), {}],
    ['a Buffer, in its place in its memory', () => Buffer.from('xxabcdefgh').subarray(2), {}],
    ['an ArrayBuffer', () => new TextEncoder().encode('abcdefgh').buffer, {}],
    ['a stream, whatever its chunks', () => streamOf('a', 'bcdefg', '', 'h'), { bytes: 8 }],
  ] as const)('is read piece by piece: %s', async (_what, make, facts) => {
    expect(await textOf(make(), facts)).toEqual(['abc', 'def', 'gh']);
  });

  it('is a file on disk, by openAsBlob', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    await writeFile(join(folder, 'a.txt'), 'abcdefgh');
    expect(await textOf(await openAsBlob(join(folder, 'a.txt')))).toEqual(['abc', 'def', 'gh']);
    await rm(folder, { recursive: true });
  });

  it.each([
    ['ended', ['abc'], 'the stream ended after 3 of the 8 bytes it was said to have'],
    ['has more', ['abcdefghi'], 'the stream has more than the 8 bytes it was said to have'],
    ['has more in another chunk', ['abcdefgh', 'i'], 'the stream has more than the 8 bytes it was said to have'],
  ])('is no stream of another length than it was said to have: %s', async (_what, chunks, message) => {
    await expect(textOf(streamOf(...chunks), { bytes: 8 })).rejects.toThrow(message);
  });

  it('is nothing else', () => {
    expect(() => sourceOf(streamOf('a'), {})).toThrow('expected a Blob, bytes, or a ReadableStream with its length in bytes');
    expect(() => sourceOf('a.txt' as unknown as Blob, {})).toThrow('cannot upload a.txt, expected a Blob');
  });
});

describe('a name and a type', () => {
  it.each([
    [new File(['a'], 'cat.png', { type: 'image/png' }), {}, 'cat.png', 'image/png'],
    [new File(['a'], 'cat.png', { type: 'text/plain;charset=utf-8' }), {}, 'cat.png', 'text/plain'],
    [new File(['a'], 'cat.png', { type: 'image/png' }), { name: 'dog.gif', contentType: 'image/gif' }, 'dog.gif', 'image/gif'],
    [new Blob(['a']), {}, 'file', 'application/octet-stream'],
    [Buffer.from('a'), { name: 'a.txt', contentType: 'Text/Plain' }, 'a.txt', 'text/plain'],
    [Buffer.from('a'), { contentType: 'nonsense' }, 'file', 'application/octet-stream'],
  ])('are the own ones of %o unless told otherwise: %o', (file, facts, name, contentType) => {
    expect(sourceOf(file, facts)).toMatchObject({ name, contentType });
  });
});
