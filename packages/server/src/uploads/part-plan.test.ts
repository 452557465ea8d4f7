import { expect, test } from 'vitest';
import { partPlan } from './part-plan.js';

const sizes = (totalBytes: number) => {
  const { count, bytes, sizeOf } = partPlan(totalBytes);
  return { count, bytes, last: sizeOf(count) };
};

test('a small file is one part', () => {
  expect(sizes(1)).toEqual({ count: 1, bytes: 8_388_608, last: 1 });
  expect(sizes(8_388_608)).toEqual({ count: 1, bytes: 8_388_608, last: 8_388_608 });
});

test('the last part has the rest', () => {
  expect(sizes(8_388_609)).toEqual({ count: 2, bytes: 8_388_608, last: 1 });
  expect(sizes(5_000_000_000)).toEqual({ count: 597, bytes: 8_388_608, last: 389_632 });
});

test('parts grow by whole MiB before there are more than 10,000', () => {
  // 100 GiB in parts of 11 MiB.
  expect(sizes(107_374_182_400)).toEqual({ count: 9_310, bytes: 11_534_336, last: 1_048_576 });
});
