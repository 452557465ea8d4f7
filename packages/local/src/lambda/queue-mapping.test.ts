import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import type { InvokeResult, ResolvedResource } from '../parts.js';
import { type ModulesFixture, queueArn, queueResource, resource, startModules } from '../services/modules.test.support.js';
import type { QueueRecord } from '../services/neighbours.js';
import { createJournal } from '../template/assembly.test.fixture.js';
import { compilePattern } from './event-pattern.js';
import { startQueueMapping } from './queue-mapping.js';
import { type QueueMappingDefinition, readQueueMappings } from './queue-mapping-definition.js';
import type { RunningMapping } from './running-mapping.js';

const ok: InvokeResult = { statusCode: 200, payload: 'null' };
const error: InvokeResult = { statusCode: 200, payload: '{"errorType":"Error","errorMessage":"no"}', functionError: 'Unhandled' };
const throttled: InvokeResult = { statusCode: 429, payload: '{}', functionError: 'Throttled' };
const caller = { principal: { arn: 'arn:aws:sts::123456789012:assumed-role/fnRole/fn', roleId: 'FnRole' } };

let mapping: RunningMapping | undefined;

afterEach(async () => {
  await mapping?.close();
  mapping = undefined;
});

type Answer = (bodies: string[], records: readonly QueueRecord[]) => InvokeResult | Promise<InvokeResult>;

/** A mapping on `jobs` or `jobs.fifo`, with a function that a test plays. */
async function start(parts: Partial<QueueMappingDefinition> = {}, answer: Answer = () => ok, properties: object = {}) {
  const name = parts.queueArn?.endsWith('.fifo') ? 'jobs.fifo' : 'jobs';
  const dead = name.replace('jobs', 'dead');
  const redrive = { RedrivePolicy: { deadLetterTargetArn: queueArn(dead), maxReceiveCount: 2 } };
  const resources = [queueResource(dead), queueResource(name, { ...redrive, ...properties })];
  const fixture = await startModules({ resources });
  const journal = createJournal();
  const batches: string[][] = [];
  const events: QueueRecord[] = [];
  const run = (): void => {
    mapping = startQueueMapping({
      mapping: { ...defaults, queueArn: queueArn(name), ...parts },
      queues: fixture.neighbours.queues!,
      caller,
      invoke: async (_name, payload) => {
        const { Records } = payload as { Records: QueueRecord[] };
        const bodies = Records.map(({ body }) => body);
        batches.push(bodies);
        events.push(...Records);
        return answer(bodies, Records);
      },
      clock: fixture.clock,
      report: journal.report,
    });
  };
  const send = (MessageBody: string, more: object = {}) =>
    fixture.sqs.send(new SendMessageCommand({ QueueUrl: `${fixture.awsUrl}/123456789012/${name}`, MessageBody, ...more }));
  return { ...fixture, run, send, batches, events, journal, left: () => left(fixture, name), dead: () => left(fixture, dead) };
}

const defaults: Omit<QueueMappingDefinition, 'queueArn'> = {
  id: 'm1',
  functionName: 'fn',
  batchSize: 10,
  batchingWindowMs: 0,
  patterns: [],
  reportsItemFailures: false,
  maxConcurrency: 5,
};

/** Bodies of what is visible in a queue. */
async function left({ neighbours }: ModulesFixture, name: string): Promise<string[]> {
  return (await neighbours.queues!.receive(queueArn(name), 10, caller)).map(({ body }) => body);
}

/** Turns the event loop until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const failuresOf = (records: readonly QueueRecord[], ...bodies: string[]): InvokeResult => {
  const batchItemFailures = records.filter(({ body }) => bodies.includes(body)).map(({ messageId }) => ({ itemIdentifier: messageId }));
  return { statusCode: 200, payload: JSON.stringify({ batchItemFailures }) };
};

describe('an event source mapping on a queue', () => {
  it('hands messages over in the shape of AWS, and deletes them', async () => {
    const { run, send, events, left, advance } = await start();
    run();
    const { MessageId } = await send('{"n":1}', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    await until(() => events.length === 1);
    expect(events).toEqual([
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: '{"n":1}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: '1700000000123',
          SenderId: 'operator',
          ApproximateFirstReceiveTimestamp: '1700000000123',
        },
        messageAttributes: { kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' } },
        // md5 of {"n":1}
        md5OfBody: '082c26c8a6bc75226a31da5495cc9292',
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
        awsRegion: 'eu-west-1',
      },
    ]);
    await advance(30_000);
    expect(await left()).toEqual([]);
  });

  it('fills batches up to their size, and waits for the batching window', async () => {
    const { run, send, batches, clock, advance } = await start({ batchSize: 3, batchingWindowMs: 5000 });
    for (const body of ['a', 'b', 'c', 'd']) await send(body);
    run();
    await until(() => batches.length === 1);
    expect(batches).toEqual([['a', 'b', 'c']]);
    await until(() => clock.pending() > 0);
    await advance(4999);
    await send('e');
    await until(() => clock.pending() > 0);
    expect(batches).toHaveLength(1);
    await advance(1);
    await until(() => batches.length === 2);
    expect(batches[1]).toEqual(['d', 'e']);
  });

  it('leaves a failed batch to the visibility timeout, then to the dead-letter queue, with its body unchanged', async () => {
    const poison = 'poison 🦊 {"n":1}\n';
    const { run, send, batches, dead, left, journal, advance } = await start({ batchSize: 1 }, ([body]) => (body === poison ? error : ok));
    run();
    await send(poison);
    await send('good');
    await until(() => batches.length === 2);
    await advance(29_999);
    expect(batches).toHaveLength(2);
    await advance(1);
    await until(() => batches.length === 3);
    expect(batches[2]).toEqual([poison]);
    await advance(30_000);
    let found: string[] = [];
    while (found.length === 0) found = await dead();
    expect(found).toEqual([poison]);
    expect([batches.length, await left()]).toEqual([3, []]);
    expect(journal.entries.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/leaves 1 messages to their visibility timeout/),
    });
  });

  it('deletes what was not reported as failed', async () => {
    const answer: Answer = (bodies, records) => (bodies.length === 3 ? failuresOf(records, 'b') : ok);
    const { run, send, batches, advance } = await start({ reportsItemFailures: true }, answer);
    for (const body of ['a', 'b', 'c']) await send(body);
    run();
    await until(() => batches.length === 1);
    await advance(30_000);
    await until(() => batches.length === 2);
    expect(batches).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it.each([
    ['an id that is not in the batch', '{"batchItemFailures":[{"itemIdentifier":"other"}]}', 2],
    ['an empty id', '{"batchItemFailures":[{"itemIdentifier":""}]}', 2],
    ['null', 'null', 1],
    ['an empty list', '{"batchItemFailures":[]}', 1],
  ])('takes %s for %s: %i calls', async (_name, payload, calls) => {
    const { run, send, batches, clock, advance } = await start({ reportsItemFailures: true }, () => ({ statusCode: 200, payload }));
    await send('a');
    run();
    await until(() => batches.length === 1);
    if (calls > 1) await until(() => clock.pending() > 0);
    await advance(30_000);
    if (calls > 1) await until(() => batches.length === 2);
    expect(batches).toHaveLength(calls);
  });

  it('deletes messages that match no filter, without a call', async () => {
    const patterns = [compilePattern({ body: { kind: ['keep'] } }), compilePattern({ body: ['plain'] })];
    const { run, send, batches, left, advance } = await start({ patterns, batchSize: 1 });
    for (const body of ['{"kind":"drop"}', '{"kind":"keep"}', 'other', 'plain']) await send(body);
    run();
    await until(() => batches.length === 2);
    await advance(30_000);
    expect([batches, await left()]).toEqual([[['{"kind":"keep"}'], ['plain']], []]);
  });

  it('runs at most MaximumConcurrency batches at once', async () => {
    const ends: (() => void)[] = [];
    const answer: Answer = () => new Promise((resolve) => ends.push(() => resolve(ok)));
    const { run, send, batches } = await start({ batchSize: 1, maxConcurrency: 2 }, answer);
    for (const body of ['a', 'b', 'c']) await send(body);
    run();
    await until(() => batches.length === 2);
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(batches).toEqual([['a'], ['b']]);
    ends[0]!();
    await until(() => batches.length === 3);
    for (const end of ends) end();
  });

  it('repeats a throttled call while the messages are hidden, which counts as no receive', async () => {
    let calls = 0;
    const { run, send, batches, events, clock, advance } = await start({}, () => (++calls < 4 ? throttled : ok));
    await send('a');
    run();
    for (const [count, delayMs] of [
      [1, 1000],
      [2, 2000],
      [3, 4000],
    ] as const) {
      await until(() => batches.length === count && clock.pending() > 1);
      await advance(delayMs);
    }
    await until(() => batches.length === 4);
    expect(events.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '1', '1', '1']);
  });

  it('splits a batch that is larger than a request', async () => {
    const answer: Answer = (bodies) => (bodies.length > 1 ? { statusCode: 413, payload: '{}', functionError: 'RequestTooLarge' } : ok);
    const { run, send, batches } = await start({}, answer);
    for (const body of ['a', 'b']) await send(body);
    run();
    await until(() => batches.length === 3);
    expect(batches).toEqual([['a', 'b'], ['a'], ['b']]);
  });

  it('tries again when it may not read the queue for a while', async () => {
    const { run, send, batches, neighbours, journal, clock, advance } = await start();
    const { receive } = neighbours.queues!;
    let refused = 1;
    Object.assign(neighbours.queues!, {
      receive: (...call: Parameters<typeof receive>) => (refused-- > 0 ? Promise.reject(new Error('not authorized')) : receive(...call)),
    });
    await send('a');
    run();
    await until(() => journal.entries.length === 1 && clock.pending() > 0);
    expect(journal.entries[0]?.message).toMatch(/cannot read arn:aws:sqs:.*:jobs, and tries again in 1000 ms: not authorized/);
    await advance(1000);
    await until(() => batches.length === 1);
  });

  it('leaves nothing behind when it is closed', async () => {
    const { run, send, batches, clock, advance } = await start();
    run();
    await mapping!.close();
    await send('a');
    await advance(60_000);
    expect([batches, clock.pending()]).toEqual([[], 0]);
  });
});

describe('a FIFO queue', () => {
  it('keeps the rest of a group back until its failed message is processed', async () => {
    let failing = true;
    const answer: Answer = (bodies, records) => (failing && bodies.includes('a1') ? failuresOf(records, 'a1') : ok);
    const parts = { queueArn: queueArn('jobs.fifo'), batchSize: 1, reportsItemFailures: true };
    const { run, send, batches, advance, clock } = await start(parts, answer, { ContentBasedDeduplication: true });
    for (const [body, MessageGroupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['b2', 'b'],
    ] as const)
      await send(body, { MessageGroupId });
    run();
    await until(() => batches.length === 3 && clock.pending() > 0);
    expect(batches.flat()).toEqual(['a1', 'b1', 'b2']);
    failing = false;
    await advance(30_000);
    await until(() => batches.length === 5);
    expect(batches.flat().slice(3)).toEqual(['a1', 'a2']);
  });
});

describe('readQueueMappings', () => {
  const read = (properties: object, ...more: ResolvedResource[]) => {
    const mappingResource = resource('AWS::Lambda::EventSourceMapping', 'm1', {
      EventSourceArn: queueArn('jobs'),
      FunctionName: 'fn',
      ...properties,
    });
    return readQueueMappings([{ name: 'S', resources: [mappingResource, ...more], outputs: {} }], () => undefined);
  };

  it("takes Lambda's defaults: batches of 10 at once", () => {
    expect(read({})).toEqual([{ ...defaults, queueArn: queueArn('jobs') }]);
  });

  it('reads what the template says', () => {
    const properties = {
      BatchSize: '100',
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    };
    expect(read(properties)).toMatchObject([{ batchSize: 100, batchingWindowMs: 5000, reportsItemFailures: true, maxConcurrency: 2 }]);
    expect(read({ Enabled: false })).toEqual([]);
    expect(read({ EventSourceArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/x' })).toEqual([]);
  });

  it.each([
    [{ BatchSize: 11 }, /got BatchSize 11 without MaximumBatchingWindowInSeconds/],
    [{ BatchSize: 11, MaximumBatchingWindowInSeconds: 1, EventSourceArn: queueArn('jobs.fifo') }, /got BatchSize 11, expected 1 to 10/],
    [{ MaximumBatchingWindowInSeconds: 1, EventSourceArn: queueArn('jobs.fifo') }, /a FIFO queue cannot have/],
    [{ ScalingConfig: { MaximumConcurrency: 1 } }, /expected 2 to 1000/],
  ])('refuses %j', (properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });

  it('refuses a queue whose messages come back while the function still runs', () => {
    const fn = resource('AWS::Lambda::Function', 'fn', { Timeout: 60 });
    expect(() => read({}, queueResource('jobs'), fn)).toThrow(
      'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
    );
    expect(read({}, queueResource('jobs', { VisibilityTimeout: 360 }), fn)).toHaveLength(1);
  });
});
