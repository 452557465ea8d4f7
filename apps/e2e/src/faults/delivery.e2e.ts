/** Rows of the fault matrix that break the way from the log to the sockets: posts, the fan-out, its stream. Local only. */

import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { BatchFault } from '@org/gateway-local';
import { afterAll, afterEach, beforeAll, describe, inject, it } from 'vitest';
import { type FaultBench, holds, startFaultBench, waitFor } from './fault-bench.js';

/** The table of connections and subscribers. */
const CONNECTIONS = 'gateway-local-data-Connections';
/** A part of the name of the function that reads the topics' stream. */
const FANOUT = 'Fanout';

describe.runIf(inject('stage').local)('the way from the log to the sockets', () => {
  let bench: FaultBench;
  beforeAll(async () => {
    bench = await startFaultBench();
  });
  afterEach(() => bench.mend());
  afterAll(() => bench?.close());

  /** Until the function of the stream is done with what it has, the stage's time moves: it waits longer after each failure. */
  const stagePasses = (until: () => boolean, stepMs = 1_000) =>
    waitFor(() => {
      if (until()) return true;
      bench.own.skip(stepMs);
      return false;
    });

  it('row 14: posted twice, or again because the answer was lost, arrives once', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const twice = bench.inject({ at: 'post', effect: 'duplicate', times: 3 });
    await topic.save(3);
    await twice.reached(3);
    const again = bench.inject({ at: 'post', effect: 'lose-answer', times: 1 });
    await topic.save();
    await again.reached();
    await holds(topic, listener);
  });

  it('row 15: posts that overtake each other by up to 500 ms keep their order', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    bench.inject({ at: 'post', effect: { maxDelayMs: 500 } });
    await topic.save(4);
    await holds(topic, listener);
  });

  it('row 16: 410 for a connection that lives costs nothing', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    await topic.save();
    const gone = bench.inject({ at: 'post', effect: 'gone', times: 1 });
    await topic.save();
    await gone.reached();
    await topic.save();
    await bench.pass(() => listener.events.length === 3);
    await holds(topic, listener);
  });

  it('row 17: rows of connections that are gone are deleted when they are met', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const lost = bench.inject({ at: 'disconnect', effect: 'lose' });
    const leaving = [bench.client(), bench.client()];
    await Promise.all(leaving.map((client) => topic.follow(client)));
    for (const client of leaving) client.$close();
    await lost.reached(2);
    await holds(topic, listener);
    await waitFor(async () => (await subscribersOf(topic.folder)) === 1);
  });

  it.each<[string, Omit<BatchFault, 'at'>]>([
    ['row 20: a fan-out that dies after half of a batch', { effect: 'half', times: 1 }],
    ['row 22: a batch that was delivered and is reported as failed', { effect: 'report', times: 1 }],
    ['row 22: a batch that comes twice', { effect: 'duplicate' }],
    ['row 24: records of other topics that overtake each other', { effect: 'shuffle' }],
  ])('%s loses and repeats nothing', async (_, fault) => {
    const [one, two] = [bench.topic(), bench.topic()];
    const listeners = [await one.follow(), await two.follow()] as const;
    // What waits behind a slow batch comes as one.
    const slow = bench.inject({ at: 'batch', functionName: FANOUT, effect: { delayMs: 2_000 }, times: 1 });
    const spoilt = bench.inject({ at: 'batch', functionName: FANOUT, after: 1, ...fault });
    await one.save();
    await slow.reached();
    await Promise.all([one.save(2), two.save(2)]);
    await stagePasses(() => spoilt.hits > 0 && listeners[0].events.length >= 3 && listeners[1].events.length >= 2);
    await holds(one, listeners[0]);
    await holds(two, listeners[1]);
  });

  it('row 23: a stream that is a minute late brings everything at once, and once', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const late = bench.inject({ at: 'batch', functionName: FANOUT, effect: { delayMs: 60_000 }, times: 1 });
    await topic.save(4);
    await late.reached();
    bench.own.skip(60_000);
    await holds(topic, listener);
  });

  /** Rows of subscribers of a folder's topic. */
  async function subscribersOf(folder: string): Promise<number> {
    const client = new DynamoDBClient(bench.own.operatorSettings());
    try {
      let count = 0;
      for await (const { Items = [] } of paginateScan({ client }, { TableName: CONNECTIONS })) {
        count += Items.filter(({ pk }) => pk?.S?.startsWith('T#') && pk.S.includes(folder)).length;
      }
      return count;
    } finally {
      client.destroy();
    }
  }
});
