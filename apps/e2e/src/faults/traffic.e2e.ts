/** Rows of the fault matrix about many frames: in another order, churned, half deployed, and everything for a long time. Local only. */

import { ApiGatewayManagementApiClient, DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { soakMinutes } from '../env.js';
import { rawSocket } from '../raw-socket.js';
import { holds, useFaultBench, waitFor } from './fault-bench.js';

/** A thousand take a quarter of a minute, and are for `npm run soak`. */
const CHURN = soakMinutes() > 60 ? 1_000 : 80;

describe.runIf(inject('stage').local)('traffic', () => {
  const bench = useFaultBench();
  afterEach(() => bench.own.skip(1_000));

  it('row 34: calls of a lane keep their order although frames overtake each other, and others pass them', async () => {
    const client = bench.signedIn();
    const folder = bench.topic().folder;
    const ended: string[] = [];
    const save = async (title: string, lane?: string) => {
      await client.documents.save.mutate({ folder, title, body: 'x' }, { over: 'socket', ...(lane ? { lane } : {}) });
      ended.push(title);
    };
    const held = bench.inject({ at: 'frame', text: 'lane 1', effect: { delayMs: 3_600_000 }, times: 1 });
    const lane = [save('lane 1', 'a'), save('lane 2', 'a'), save('lane 3', 'a')];
    await held.reached();
    bench.inject({ at: 'frame', effect: { maxDelayMs: 50 } });
    await Promise.all([save('other 1'), save('other 2'), save('other lane', 'b')]);
    expect(ended.toSorted()).toEqual(['other 1', 'other 2', 'other lane']);
    bench.own.skip(3_600_000);
    await waitFor(() => ended.length === 6);
    await Promise.all(lane);
    expect(ended.slice(3)).toEqual(['lane 1', 'lane 2', 'lane 3']);
  });

  it('row 36: P3.6 a call that overtakes its connection parameters waits for them', async () => {
    const socket = await rawSocket(`${bench.own.stage.socketUrl}?connectionParams=1`);
    const late = bench.inject({ at: 'frame', text: 'connectionParams', effect: { delayMs: 500 }, times: 1 });
    socket.send({ method: 'connectionParams', data: { tenant: 'late' } });
    await late.reached();
    socket.send({ id: 1, svc: 'system', method: 'query', params: { path: 'system.whoami', input: {} } });
    expect(await socket.next(({ id }) => id === 1)).toMatchObject({ result: { data: { connection: { params: { tenant: 'late' } } } } });
    await socket.close();
  });

  it('row 35: P3.22 who is told that it may not come back gets no event after that, and does not come back by itself', async () => {
    const { own } = bench;
    const topic = bench.topic();
    const [revoked, stays] = [bench.client(), await topic.follow()];
    const before = new Set(own.stage.connections().map(({ connectionId }) => connectionId));
    const listener = await topic.follow(revoked);
    await topic.publish();
    await waitFor(() => listener.events.length === 1);
    const ConnectionId = own.stage.connections().find(({ connectionId }) => !before.has(connectionId))?.connectionId;
    const bye = { id: null, method: 'gw.bye', params: { code: 4401, why: 'revoked', retry: false } };
    const { endpoint: _, ...operator } = own.operatorSettings();
    const endpoint = own.stage.socketUrl?.replace('ws:', 'http:') ?? '';
    const management = new ApiGatewayManagementApiClient({ ...operator, endpoint });
    await management.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(JSON.stringify(bye)) }));
    await waitFor(() => listener.failure !== undefined);
    await management.send(new DeleteConnectionCommand({ ConnectionId })).catch(() => {});
    management.destroy();
    expect(listener.failure).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(revoked.$connection.state).toEqual({ status: 'closed', reason: 'revoked', code: 'UNAUTHORIZED' });
    await topic.publish(3);
    await bench.elapse(120_000, { everywhere: false });
    await holds(topic, stays);
    expect(listener.events).toHaveLength(1);
    expect(own.stage.connections().map(({ connectionId }) => connectionId)).not.toContain(ConnectionId);
  });

  it('row 45: subscriptions that come and go by the hundred, and ids that are used twice, leave nothing and haunt nobody', async () => {
    const page = new EventTarget();
    const listeners = countListeners(page);
    const client = bench.client({ page });
    const topic = bench.topic();
    const stays = await topic.follow(client);
    const gone: string[] = [];
    const comeAndGo = async () => {
      const stop = new AbortController();
      const loop = client.documents.changes.subscribe({ folder: topic.folder }, { signal: stop.signal, onStarted: () => stop.abort() });
      for await (const { document } of loop) gone.push(document.title);
    };
    for (let second = 0; second < CHURN / 20; second += 1) {
      // The client opens 20 a second.
      bench.clock.skip(1_000);
      await Promise.all(Array.from({ length: 20 }, comeAndGo));
    }
    const socket = await rawSocket(`${bench.own.stage.socketUrl}?gw=2`);
    const frame = (method: string) => ({
      id: 7,
      svc: 'documents',
      method,
      gw: 2,
      params: { path: 'documents.changes', input: { folder: topic.folder } },
    });
    for (const method of ['subscription', 'subscription', 'subscription.stop', 'subscription', 'subscription.stop', 'subscription.stop']) {
      const { length } = socket.frames;
      socket.send(frame(method));
      await waitFor(() => socket.frames.length > length);
    }
    await topic.publish(3);
    await holds(topic, stays);
    expect(gone).toEqual([]);
    expect(socket.frames.filter(({ method }) => method === 'gw.ev')).toEqual([]);
    await waitFor(async () => (await rowsOf(topic.folder)) === 2);
    client.$close();
    expect(listeners()).toBe(0);
    await socket.close();
    await waitFor(async () => (await rowsOf(topic.folder)) === 0);
  });

  it('row 46: functions that are replaced in the middle of their work, and frames of another version, cost nothing', async () => {
    const topic = bench.topic();
    const client = bench.signedIn();
    const listener = await topic.follow(client);
    const { folder } = bench.topic();
    const replaced = ['documents', 'Fanout', 'Socket'].map((caller) =>
      bench.inject({
        at: 'call',
        operation: caller === 'documents' ? 'dynamodb:GetItem' : 'dynamodb:Query',
        caller,
        effect: 'kill',
        times: 1,
      }),
    );
    // A newer server, an older one, and a newer client.
    bench.rule({
      direction: 'down',
      match: '"gw.ev"',
      action: { replace: (text: string) => text.replace('"params":{', '"v":3,"params":{"more":{"of":"it"},') },
    });
    bench.rule({ direction: 'up', match: '"svc"', action: { replace: (text: string) => text.replace('{', '{"v":3,"trace":["x"],') } });
    for (const frame of [
      '{"id":null,"method":"gw.future","params":{"x":1}}',
      '{"id":99,"result":{"type":"later"}}',
      '{}',
      '[]',
      'null',
      'text',
    ])
      bench.frames.send('down', frame);
    const keys = Array.from({ length: 6 }, (_, at) => `46:${at}`);
    const saving = Promise.all(
      keys.map((key) =>
        client.documents.remove
          .mutate({ id: `${folder}-${key.slice(3)}` }, { over: 'socket', key, timeoutMs: 5_000 })
          .catch((cause: unknown) => cause),
      ),
    );
    await topic.publish(4);
    await bench.elapse(120_000, { until: () => listener.events.length === 4 && replaced.every(({ hits }) => hits === 1) });
    await saving;
    expect(replaced.map(({ hits }) => hits)).toEqual([1, 1, 1]);
    await holds(topic, listener);
  });

  /** Rows of subscriptions to a folder's topic, both of each. */
  async function rowsOf(folder: string): Promise<number> {
    const client = new DynamoDBClient(bench.own.operatorSettings());
    try {
      let count = 0;
      for await (const { Items = [] } of paginateScan({ client }, { TableName: 'gateway-local-data-Connections' })) {
        count += Items.filter(
          ({ pk, topic }) => (/^(T|G\d+)#/.test(pk?.S ?? '') && pk?.S?.endsWith(folder)) || topic?.S?.endsWith(folder),
        ).length;
      }
      return count;
    } finally {
      client.destroy();
    }
  }
});

/** Counts listeners of a page as they come and go. */
function countListeners(page: EventTarget): () => number {
  const { addEventListener: add, removeEventListener: remove } = page;
  let count = 0;
  page.addEventListener = (...of) => {
    count += 1;
    add.apply(page, of);
  };
  page.removeEventListener = (...of) => {
    count -= 1;
    remove.apply(page, of);
  };
  return () => count;
}
