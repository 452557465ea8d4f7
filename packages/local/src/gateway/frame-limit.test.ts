import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameScanner } from './frame-limit.js';

/** A masked frame as a client sends it. */
function frame(opcode: number, payloadBytes: number): Buffer {
  const length =
    payloadBytes < 126
      ? Buffer.from([0x80 | payloadBytes])
      : payloadBytes < 65_536
        ? Buffer.from([0x80 | 126, payloadBytes >> 8, payloadBytes & 0xff])
        : Buffer.concat([
            Buffer.from([0x80 | 127, 0, 0, 0, 0]),
            Buffer.from([payloadBytes >>> 24, (payloadBytes >> 16) & 0xff, (payloadBytes >> 8) & 0xff, payloadBytes & 0xff]),
          ]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, Buffer.from([1, 2, 3, 4]), Buffer.alloc(payloadBytes, 0x81)]);
}

function oversizedIn(bytes: Buffer, cuts: readonly number[] = []): number {
  let oversized = 0;
  const scan = createFrameScanner(32_768, () => {
    oversized += 1;
  });
  const edges = [0, ...[...cuts].sort((left, right) => left - right), bytes.length];
  for (let index = 1; index < edges.length; index += 1) scan(bytes.subarray(edges[index - 1], edges[index]));
  return oversized;
}

describe('the size of single frames', () => {
  it.each([
    ['an empty frame', frame(1, 0), 0],
    ['exactly 32 KB', frame(1, 32_768), 0],
    ['one byte more', frame(1, 32_769), 1],
    ['a continuation that is too large', frame(0, 40_000), 1],
    ['a 64-bit length', frame(2, 70_000), 1],
    ['frames one after the other', Buffer.concat([frame(1, 200), frame(9, 100), frame(1, 40_000), frame(1, 3)]), 1],
  ])('is seen for %s', (_, bytes, expected) => {
    expect(oversizedIn(bytes)).toBe(expected);
  });

  it('is told by the header, before the payload has arrived', () => {
    expect(oversizedIn(frame(1, 40_000).subarray(0, 8))).toBe(1);
  });

  it('does not depend on how the bytes are cut', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 125, 126, 32_768, 32_769, 70_000), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { maxLength: 12 }), (payloads, cuts) => {
        const bytes = Buffer.concat(payloads.map((size) => frame(1, size)));
        const expected = payloads.filter((size) => size > 32_768).length;
        return (
          oversizedIn(
            bytes,
            cuts.map((cut) => cut % bytes.length),
          ) === expected
        );
      }),
      { numRuns: 200 },
    );
  });
});
