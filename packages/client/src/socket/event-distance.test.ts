import { expect, it } from 'vitest';
import { distance } from './event-distance.js';

it.each([
  ['e1.41', 'e1.42', 1],
  ['e1.41', 'e1.41', 0],
  ['e1.41', 'e1.7', -34],
  ['e1.9', 'e1.12', 3],
  ['e1.0', 'e1.1', 1],
  ['01HZX3.9007199254740990', '01HZX3.9007199254740991', 1],
])('from %s to %s it is %i events (P3.13)', (last, id, events) => {
  expect(distance(last, id)).toBe(events);
});

it.each([
  [undefined, 'e1.42'],
  ['e1.41', 'e2.7'],
  ['e1.41', 'order-7'],
  ['order-7', 'e1.41'],
  ['order-7', 'order-3'],
  ['2026-03-01T10:00:00.250Z', '2026-03-01T10:00:00.125Z'],
  ['1.2.9', '1.2.3'],
])('from %s to %s, which cannot be compared, it is the next event', (last, id) => {
  expect(distance(last, id)).toBe(1);
});

it('does not take a repeated foreign id for another event', () => {
  expect(distance('order-7', 'order-7')).toBe(0);
});
