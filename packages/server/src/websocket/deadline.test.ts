import { expect, it } from 'vitest';
import { createManualClock } from './clock.fixture.js';
import { systemClock } from './clock.js';
import { frameDeadline } from './deadline.js';
import { lambda } from './socket.fixture.js';

it('does not tell a task that was in time that it is late', async () => {
  for (const clock of [createManualClock(), systemClock]) {
    const calls: string[] = [];
    const deadline = frameDeadline(clock, lambda);
    expect(await deadline.race(Promise.resolve('done'), () => calls.push('late'))).toBe('done');
    await new Promise(setImmediate);
    expect(calls).toEqual([]);
    expect(deadline.isOver()).toBe(false);
  }
});

it('resolves with what late says once the time is over, and swallows what the task fails with afterwards', async () => {
  const clock = createManualClock();
  const deadline = frameDeadline(clock, lambda);
  let fail = (_: Error) => {};
  const task = new Promise<string>((_, reject) => {
    fail = reject;
  });
  const answer = deadline.race(task, () => 'late');
  clock.advance(28_000);
  expect(await answer).toBe('late');
  expect(deadline.isOver()).toBe(true);
  fail(new Error('nobody is waiting'));
  await new Promise(setImmediate);
});

it('rejects with what a task in time fails with', async () => {
  const failed = frameDeadline(createManualClock(), lambda).race(Promise.reject(new Error('broken')), () => 'late');
  await expect(failed).rejects.toThrow('broken');
});
