import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

let fixture: HostFixture;

afterEach(() => fixture.close());

describe('asynchronous events', () => {
  const failing = 'export const handler = async (event) => { console.log("try " + event.id); throw new Error("no"); };';

  it('are answered 202 and tried again after one and two minutes, then given up', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      { 'fn/index.mjs': failing },
      { fn: { retry: { maxRetries: 2, maxAgeMs: 21_600_000, onFailure: 'arn:aws:sqs:us-east-1:000000000000:dead' } } },
      clock,
    );
    expect(await fixture.host.invoke('fn', { id: 7 }, { invocationType: 'Event' })).toEqual({ statusCode: 202, payload: '' });
    const tries = (): number => fixture.lines.filter(({ line }) => line.endsWith('try 7')).length;
    const ended = (): number => fixture.lines.filter(({ line }) => line.startsWith('REPORT')).length;
    await until(() => ended() === 1);
    await clock.advance(59_999);
    expect(tries()).toBe(1);
    await clock.advance(1);
    await until(() => ended() === 2);
    await clock.advance(120_000);
    await until(() => fixture.entries.some(({ message }) => message.includes('discards')));
    expect(tries()).toBe(3);
    expect(fixture.entries.at(-1)?.message).toBe(
      'fn discards an asynchronous event because its retries are used up; on AWS it goes to arn:aws:sqs:us-east-1:000000000000:dead',
    );
  });

  it('wait while the function is throttled', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      { 'fn/index.mjs': failing },
      { fn: { reservedConcurrency: 0, retry: { maxRetries: 0, maxAgeMs: 3000 } } },
      clock,
    );
    await fixture.host.invoke('fn', { id: 1 }, { invocationType: 'Event' });
    await clock.advance(1000);
    expect(fixture.entries).toEqual([]);
    await clock.advance(2000);
    expect(fixture.entries.at(-1)?.message).toContain('because it is too old');
  });

  it('over 1 MB are refused', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async (event) => { console.log("length " + event.length); };' });
    // JSON adds two quotes.
    const largest = await fixture.host.invoke('fn', 'x'.repeat(1_048_574), { invocationType: 'Event' });
    expect(largest.statusCode).toBe(202);
    await fixture.lineWith('length 1048574');
    expect(await fixture.host.invoke('fn', 'x'.repeat(1_048_575), { invocationType: 'Event' })).toEqual({
      statusCode: 413,
      functionError: 'RequestTooLarge',
      payload: '{"Type":"User","message":"Request must be smaller than 1048576 bytes for the InvokeFunction operation"}',
    });
  });
});

/** Turns the event loop until something holds that other threads bring about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
