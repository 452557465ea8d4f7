import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import type { Retained } from './destinations.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

let fixture: HostFixture;

afterEach(() => fixture.close());

const failing = 'export const handler = async (event) => { console.log("try " + event.id); throw new Error("no"); };';

describe('asynchronous events', () => {
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
      'fn discards an asynchronous event because its retries are used up; it goes to arn:aws:sqs:us-east-1:000000000000:dead',
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

describe('destinations', () => {
  const queueOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

  it('on failure get the record of the event, and the dead-letter queue the event itself', async () => {
    const retained: Retained[] = [];
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      { 'fn/index.mjs': 'export const handler = async (event, context) => { throw new TypeError("no " + context.awsRequestId); };' },
      { fn: { retry: { maxRetries: 1, maxAgeMs: 21_600_000, onFailure: queueOf('failed'), deadLetterArn: queueOf('dead') } } },
      clock,
      { send: async (each) => void retained.push(each) },
    );
    await fixture.host.invoke('fn', { id: 7 }, { invocationType: 'Event' });
    const ended = (): number => fixture.lines.filter(({ line }) => line.startsWith('REPORT')).length;
    await until(() => ended() === 1);
    await clock.advance(60_000);
    await until(() => retained.length === 2);
    const [record, event] = retained;
    const { requestContext, ...parsed } = JSON.parse(record!.body) as { requestContext: { requestId: string } };
    const { requestId } = requestContext;
    expect(record).toMatchObject({ functionName: 'fn', destinationArn: queueOf('failed') });
    expect(requestContext).toEqual({
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 2,
    });
    expect(parsed).toEqual({
      version: '1.0',
      timestamp: '2023-11-14T22:14:20.123Z',
      requestPayload: { id: 7 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      // Every try has the id that the caller was told.
      responsePayload: { errorType: 'TypeError', errorMessage: `no ${requestId}`, trace: expect.any(Array) },
    });
    expect(event).toEqual({
      functionName: 'fn',
      destinationArn: queueOf('dead'),
      body: '{"id":7}',
      attributes: {
        RequestID: { DataType: 'String', StringValue: requestId },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: `no ${requestId}` },
      },
    });
  });

  it('on success get the answer', async () => {
    const retained: Retained[] = [];
    const retry = { maxRetries: 2, maxAgeMs: 21_600_000, onSuccess: queueOf('done') };
    fixture = await startHost(
      { 'fn/index.mjs': 'export const handler = async (event) => ({ doubled: event.n * 2 });' },
      { fn: { retry } },
      createManualClock(1_700_000_000_123),
      { send: async (each) => void retained.push(each) },
    );
    await fixture.host.invoke('fn', { n: 21 }, { invocationType: 'Event' });
    await until(() => retained.length === 1);
    expect(JSON.parse(retained[0]!.body)).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      requestPayload: { n: 21 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { doubled: 42 },
    });
  });

  it('on failure say when an event grew too old without a run', async () => {
    const retained: Retained[] = [];
    const clock = createManualClock(1_700_000_000_123);
    const retry = { maxRetries: 0, maxAgeMs: 500, onFailure: queueOf('failed') };
    fixture = await startHost({ 'fn/index.mjs': failing }, { fn: { reservedConcurrency: 0, retry } }, clock, {
      send: async (each) => void retained.push(each),
    });
    await fixture.host.invoke('fn', { id: 1 }, { invocationType: 'Event' });
    await until(() => retained.length === 1);
    const record = JSON.parse(retained[0]!.body) as Record<string, unknown>;
    expect(record.requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 });
    expect(record).not.toHaveProperty('responsePayload');
  });
});

/** Turns the event loop until something holds that other threads bring about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
