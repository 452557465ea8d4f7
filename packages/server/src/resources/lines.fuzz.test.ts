import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.js';

async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const place of [...places, bytes.length].map((each) => Math.min(each, bytes.length)).sort((a, b) => a - b)) {
    yield bytes.subarray(from, place);
    from = place;
  }
}

const read = async (bytes: Uint8Array, places: readonly number[] = []) => {
  const lines: string[] = [];
  for await (const line of linesOf(cut(bytes, places))) lines.push(line);
  return lines;
};

test('gives the same lines wherever the bytes are cut', async () => {
  const line = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.replaceAll(/[\r\n]/g, ''))
    .filter((text) => text.trim() !== '');
  const end = fc.constantFrom('\n', '\r\n', '\n\n');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(line, end)), fc.array(fc.nat(200)), fc.boolean(), async (lines, places, ended) => {
      const text = lines.map(([each, by], place) => each + (ended || place < lines.length - 1 ? by : '')).join('');
      expect(await read(Buffer.from(text), places)).toEqual(lines.map(([each]) => each));
    }),
  );
});

test('refuses bytes that are no UTF-8, also a character that is cut off at the end', async () => {
  await expect(read(Buffer.from([0x61, 0xff, 0x0a]))).rejects.toThrow(TypeError);
  await expect(read(Buffer.from('🎃').subarray(0, 3))).rejects.toThrow(TypeError);
});

test('gives up on a line without end', async () => {
  await expect(read(Buffer.alloc(1_000_001, 'x'))).rejects.toThrow('over 1000000 characters');
});
