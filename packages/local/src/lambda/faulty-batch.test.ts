import { describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { createFaultBoard } from '../faults/board.js';
import type { BatchFault } from '../faults/fault.js';
import type { InvokeResult, StreamRecord } from '../parts.js';
import { deliverWithFaults } from './faulty-batch.js';

/** `topic/offset`, numbered from 1. */
function batchOf(...names: string[]): StreamRecord[] {
  return names.map((name, index) => {
    const [topic = '', offset = ''] = name.split('/');
    return {
      eventID: name,
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/log/stream/1',
      dynamodb: {
        ApproximateCreationDateTime: 1_700_000_000,
        Keys: { topic: { S: topic }, offset: { N: offset } },
        SequenceNumber: String(index + 1),
        SizeBytes: 9,
        StreamViewType: 'KEYS_ONLY',
      },
    };
  });
}

const records = batchOf('a/1', 'b/1', 'a/2', 'c/1', 'b/2');

async function deliver(fault: Omit<BatchFault, 'at'>): Promise<{ calls: string[][]; pauses: number[]; result: InvokeResult }> {
  const clock = createManualClock(1_700_000_000_123);
  const board = createFaultBoard({ clock, report: () => undefined, random: () => 0.5 });
  board.inject({ at: 'batch', ...fault });
  const calls: string[][] = [];
  const pauses: number[] = [];
  const result = await deliverWithFaults(board, {
    functionName: 'Stage-PumpFunction',
    records,
    pause: async (ms) => void pauses.push(ms),
    call: async (batch) => {
      calls.push(batch.map(({ eventID }) => eventID));
      return { statusCode: 200, payload: 'null' };
    },
  });
  return { calls, pauses, result };
}

const all = ['a/1', 'b/1', 'a/2', 'c/1', 'b/2'];

describe('a batch of a stream', () => {
  it('comes as it is when faults are for other functions or records', async () => {
    expect((await deliver({ functionName: 'Other', effect: 'poison' })).calls).toEqual([all]);
    expect((await deliver({ record: ({ eventID }) => eventID === 'd/1', effect: 'poison' })).calls).toEqual([all]);
  });

  it('comes twice', async () => {
    expect((await deliver({ effect: 'duplicate' })).calls).toEqual([all, all]);
  });

  it('comes with other keys first, and each key in order', async () => {
    expect((await deliver({ effect: 'shuffle' })).calls).toEqual([['c/1', 'b/1', 'b/2', 'a/1', 'a/2']]);
  });

  it('crashes its function after the first half', async () => {
    const { calls, result } = await deliver({ effect: 'half' });
    expect(calls).toEqual([['a/1', 'b/1', 'a/2']]);
    expect(result).toMatchObject({ functionError: 'Unhandled', payload: expect.stringContaining('Runtime.ExitError') });
  });

  it('crashes its function at once when it has the poisonous record', async () => {
    const { calls, result } = await deliver({ record: ({ eventID }) => eventID === 'c/1', effect: 'poison' });
    expect([calls, result.functionError]).toEqual([[], 'Unhandled']);
  });

  it('is processed, and some of it reported as failed', async () => {
    const { calls, result } = await deliver({ record: ({ eventID }) => eventID.startsWith('b'), effect: 'report' });
    expect(calls).toEqual([all]);
    expect(result).toEqual({ statusCode: 200, payload: '{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"5"}]}' });
  });

  it('comes late', async () => {
    const { calls, pauses } = await deliver({ effect: { delayMs: 60_000 } });
    expect([calls, pauses]).toEqual([[all], [60_000]]);
  });
});
