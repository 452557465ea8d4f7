import { describe, expect, it } from 'vitest';
import { createFanoutStage, silentLog, TOPIC } from './fanout.fixture.js';
import { createFanoutHandler } from './fanout-function.js';
import type { StreamRecord } from './topic-record.js';

/** A stream record as Lambda hands it over. */
function record(SequenceNumber: string, NewImage: Record<string, unknown>, eventName = 'INSERT'): StreamRecord {
  return { eventName, dynamodb: { SequenceNumber, NewImage } };
}

const event = (sequence: string, offset: number) =>
  record(sequence, {
    pk: { S: 'T#docs.changes/a' },
    sk: { S: `E#000000000000000${offset}` },
    epoch: { S: 'e1' },
    offset: { N: String(offset) },
    data: { S: '{}' },
    ttl: { N: '1714651200' },
  });

const start = (sequence: string) =>
  record(sequence, {
    pk: { S: 'T#docs.changes/a' },
    sk: { S: 'W#L0SM9cOFvHcCIhw=#1#Zt1#start#0' },
    kind: { S: 'start' },
    connectionId: { S: 'L0SM9cOFvHcCIhw=' },
    requestId: { S: '1' },
    token: { S: 'Zt1' },
    epoch: { S: 'e1' },
    offset: { N: '0' },
    resumed: { BOOL: false },
    ttl: { N: '1714651200' },
  });

function stage() {
  const parts = createFanoutStage();
  return { ...parts, handler: createFanoutHandler({ ...parts, log: silentLog, random: () => 0 }) };
}

describe('fan-out function', () => {
  it('starts subscriptions and delivers events of a batch', async () => {
    const { handler, publish, received, subscriptions } = stage();
    const key = { topic: TOPIC, connectionId: 'L0SM9cOFvHcCIhw=', requestId: 1, token: 'Zt1' };
    await subscriptions.claim({ key, path: 'docs.changes' });
    await publish(1, 2);
    expect(await handler({ Records: [event('100', 1), start('101'), event('102', 2)] })).toEqual({ batchItemFailures: [] });
    expect(received('L0SM9cOFvHcCIhw=')).toEqual(['started', 1, 2]);
  });

  it('names the records to try again by their sequence numbers', async () => {
    const { handler, topics } = stage();
    topics.head = () => Promise.reject(new Error('throttled'));
    expect(await handler({ Records: [event('100', 1), event('101', 2)] })).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
  });

  it.each([
    ['a row of another kind', record('1', { pk: { S: 'T#a' }, sk: { S: 'M' }, delivered: { N: '1' } })],
    ['a row of another table', record('1', { id: { S: 'a' } })],
    ['a wake without its attributes', record('1', { pk: { S: 'T#a' }, sk: { S: 'W#a' }, kind: { S: 'start' } })],
    ['an event without its number', record('1', { pk: { S: 'T#a' }, sk: { S: 'E#1' } })],
    ['a request id that is no JSON', record('1', { ...start('1').dynamodb?.NewImage, requestId: { S: '{' } })],
    ['a deletion', record('1', { pk: { S: 'T#a' }, sk: { S: 'E#1' }, offset: { N: '1' } }, 'REMOVE')],
    ['no image', { eventName: 'INSERT', dynamodb: { SequenceNumber: '1' } }],
    ['nothing', {}],
  ])('passes over %s, so that it never blocks the stream', async (_, strange) => {
    const { handler, topics } = stage();
    topics.head = () => Promise.reject(new Error('not to be asked'));
    expect(await handler({ Records: [strange] })).toEqual({ batchItemFailures: [] });
  });
});
