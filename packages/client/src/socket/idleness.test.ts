import { expect, it } from 'vitest';
import { alarmOf } from '../clock.js';
import { fakeClock } from '../fake-clock.fixture.js';
import { idlenessOf } from './idleness.js';

it('asks one to two seconds after it last began', () => {
  const clock = fakeClock();
  const asked: number[] = [];
  const idle = idlenessOf(alarmOf(clock), () => asked.push(clock.now()));
  for (const ms of [0, 900, 1_000]) {
    clock.advance(ms);
    idle.begin();
  }
  clock.advance(10_000);
  idle.begin();
  clock.advance(10_000);
  expect(asked).toEqual([3_000, 12_900]);
  expect(clock.pending).toEqual([]);
});
