/** Rows of the fault matrix that break the way from the log to the sockets: posts, the fan-out, its stream. Local only. */

import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { BatchFault } from '@org/gateway-local';
import { describe, expect, inject, it } from 'vitest';
import { rawSocket } from '../raw-socket.js';
import { holds, useFaultBench, waitFor } from './fault-bench.js';

/** The table of connections and subscribers. */
const CONNECTIONS = 'gateway-local-data-Connections';
/** A part of the name of the function that reads the topics' stream. */
const FANOUT = 'Fanout';

describe.runIf(inject('stage').local)('the way from the log to the sockets', () => {
  const bench = useFaultBench();

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
    // Events that come together are one post.
    await twice.reached();
    twice.end();
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

  it('row 17: rows of connections that are gone are deleted when they are met, and cost one post each', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const lost = bench.inject({ at: 'disconnect', effect: 'lose' });
    for (let count = 0; count < 3; count += 1) {
      const leaving = await rawSocket(`${bench.own.stage.socketUrl}?gw=2`);
      const params = { path: 'documents.changes', input: { folder: topic.folder } };
      leaving.send({ id: 1, svc: 'documents', method: 'subscription', gw: 2, params });
      await leaving.next(({ id }) => id === 1);
      await leaving.close();
    }
    await lost.reached(3);
    expect(await postsOf(() => topic.publish())).toBe(4);
    expect(await subscribersOf(topic.folder)).toBe(1);
    expect(await postsOf(() => topic.publish())).toBe(1);
    await holds(topic, listener);

    async function postsOf(publish: () => Promise<void>): Promise<number> {
      const posts = bench.posts();
      await publish();
      await waitFor(() => listener.events.length === topic.saved.length);
      await waitFor(async () => (await subscribersOf(topic.folder)) === 1);
      return posts().length;
    }
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

  it('row 21: a record that kills the fan-out is given up alone and its place is kept, others flow, and nobody misses an event', async () => {
    const [spoilt, healthy] = [bench.topic(), bench.topic()];
    const listeners = [await spoilt.follow(), await healthy.follow()] as const;
    const stock = await rawSocket(bench.own.stage.socketUrl ?? '');
    stock.send({
      id: 1,
      svc: 'documents',
      method: 'subscription',
      params: { path: 'documents.changes', input: { folder: spoilt.folder } },
    });
    await stock.next(({ id }) => id === 1);
    await spoilt.publish();
    await waitFor(() => listeners[0].events.length === 1);
    const dead = bench.inject({
      at: 'batch',
      functionName: FANOUT,
      effect: 'poison',
      record: ({ dynamodb }) => JSON.stringify([dynamodb.Keys, dynamodb.NewImage]).includes(`${spoilt.folder}\\",\\"title\\":\\"2`),
    });
    await spoilt.publish();
    await dead.reached();
    await healthy.publish();
    const given = () => bench.own.journal.find(({ message }) => /discards 1 records: .*their place goes to \S+Undelivered/.test(message));
    for (let minutes = 0; minutes < 400 && !given(); minutes += 1) {
      await bench.elapse(60_000, { stepMs: 30_000 });
      stock.send('PING');
    }
    expect(given()?.detail).toMatchObject({ sequenceNumbers: [expect.any(String)] });
    await holds(healthy, listeners[1]);
    await holds(spoilt, listeners[0]);
    const titles = () => stock.frames.flatMap((frame) => /"title":"(\d+)"/.exec(JSON.stringify(frame))?.[1] ?? []);
    await waitFor(() => titles().length >= spoilt.saved.length);
    expect(titles()).toEqual(spoilt.saved);
    await stock.close();
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
        count += Items.filter(({ pk }) => /^(T|G\d+)#/.test(pk?.S ?? '') && pk?.S?.endsWith(folder)).length;
      }
      return count;
    } finally {
      client.destroy();
    }
  }
});
