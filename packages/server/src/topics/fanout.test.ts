import { describe, expect, it } from 'vitest';
import { createFanoutStage, TOPIC } from './fanout.fixture.js';
import type { TopicLog } from './topic-log.js';

describe('starting a subscription', () => {
  it('sends started and then what is published after it (P3.7, P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2);
    await stage.subscribe('a=');
    await stage.work();
    expect(stage.received('a=')).toEqual(['started']);
    await stage.publish(3, 4);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 3, 4]);
  });

  it('writes an event in the tracked form, with the id twice (P3.7)', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=', { requestId: '7' });
    await stage.topics.append(TOPIC, '{"title":"ü"}', 3600);
    await stage.work();
    expect(stage.sender.frames.get('a=')).toEqual([
      '{"id":"7","result":{"type":"started","id":"e1.0"}}',
      '{"id":"7","result":{"type":"data","id":"e1.1","data":{"id":"e1.1","data":{"title":"ü"}}}}',
    ]);
  });

  it('says in started which position it starts after (P3.7)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2, 3);
    await stage.subscribe('a=', { after: 1 });
    await stage.subscribe('b=');
    await stage.work();
    expect(stage.sender.frames.get('a=')?.[0]).toBe('{"id":1,"result":{"type":"started","id":"e1.1"}}');
    expect(stage.sender.frames.get('b=')).toEqual(['{"id":1,"result":{"type":"started","id":"e1.3"}}']);
  });

  it('replays every event after lastEventId before live ones (P3.8, P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2, 3);
    await stage.work();
    await stage.subscribe('a=', { after: 1 });
    await stage.publish(4);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 2, 3, 4]);
  });

  it('replays a log longer than one read, and one longer than one wake, without a gap or a repetition', async () => {
    const stage = createFanoutStage();
    await stage.publish(...Array.from({ length: 1_203 }, (_, n) => n + 1));
    await stage.work();
    await stage.subscribe('a=', { after: 0 });
    await stage.work();
    expect(stage.received('a=')).toHaveLength(501);
    await stage.publish(1_204);
    await stage.work(5);
    expect(stage.received('a=')).toEqual(['started', ...Array.from({ length: 1_204 }, (_, n) => n + 1)]);
  });

  it('row 21: closes the connection of one whose start was given up, when the topic has an event that it would miss', async () => {
    const stage = createFanoutStage();
    const key = { topic: TOPIC, connectionId: 'a=', requestId: 1, token: 'Zt' };
    await stage.subscriptions.claim({ key, path: 'docs.changes' });
    await stage.subscribe('b=');
    await stage.publish(1);
    await stage.work();
    expect([...stage.sender.closed]).toEqual([]);
    stage.clock.advance(20 * 60_000 + 1);
    await stage.publish(2);
    await stage.work();
    expect([...stage.sender.closed]).toEqual(['a=']);
    expect(await stage.subscriptions.get(key)).toBeUndefined();
    expect(stage.received('b=')).toEqual(['started', 1, 2]);
  });

  it('refuses a position of another epoch before anything is sent (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1);
    const key = await stage.subscribe('a=', { after: 0 });
    stage.topics.forget(TOPIC);
    await stage.work();
    expect(stage.received('a=')).toEqual(['PRECONDITION_FAILED']);
    expect(await stage.subscriptions.get(key)).toBeUndefined();
    expect(stage.subscriptions.size).toBe(0);
  });

  it('refuses a position that was trimmed, and never replays a part (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2, 3, 4);
    await stage.work();
    stage.topics.expire(TOPIC, 2);
    await stage.subscribe('a=', { after: 1 });
    await stage.subscribe('b=', { after: 2 });
    await stage.work();
    expect(stage.received('a=')).toEqual(['PRECONDITION_FAILED']);
    expect(stage.received('b=')).toEqual(['started', 3, 4]);
  });

  it('refuses a position past its retention although nothing is deleted yet, since deletion has no order (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2);
    await stage.work();
    stage.clock.advance(86_400_000);
    await stage.publish(3);
    await stage.subscribe('a=', { after: 1 });
    await stage.subscribe('b=', { after: 2 });
    await stage.work();
    expect(stage.received('a=')).toEqual(['PRECONDITION_FAILED']);
    expect(stage.received('b=')).toEqual(['started', 3]);
  });

  it('refuses a forged position ahead of the log (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1);
    await stage.subscribe('a=', { after: 9_007_199_254_740_991 });
    await stage.work();
    expect(stage.received('a=')).toEqual(['PRECONDITION_FAILED']);
  });

  it('starts at an emptied log when nothing after the position was lost', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2);
    await stage.work();
    stage.topics.expire(TOPIC, 1);
    stage.topics.expire(TOPIC, 2);
    await stage.subscribe('a=', { after: 2 });
    await stage.subscribe('b=', { after: 1 });
    await stage.publish(3);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 3]);
    expect(stage.received('b=')).toEqual(['PRECONDITION_FAILED']);
  });

  it('passes over a start whose subscription has gone', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    stage.subscriptions.closeConnection('a=');
    await stage.publish(1);
    await stage.work();
    expect(stage.received('a=')).toEqual([]);
  });
});

describe('delivering events', () => {
  it('does not depend on the order or number of records (P3.8)', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.work();
    await stage.publish(1, 2, 3);
    const [first, second, third] = stage.numbered(1);
    for (const record of [third, first, second, first]) if (record) await stage.fanout([record]);
    expect(stage.received('a=')).toEqual(['started', 1, 2, 3]);
  });

  it('makes up for a record that the stream gave up on', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.work();
    await stage.publish(1, 2);
    const [, second] = stage.numbered(1);
    if (second) await stage.fanout([second]);
    expect(stage.received('a=')).toEqual(['started', 1, 2]);
  });

  it('sends to every subscription of a connection and keeps topics apart', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=', { requestId: 1 });
    await stage.subscribe('a=', { requestId: 2 });
    await stage.subscribe('a=', { requestId: 3, topic: 'docs.changes/b' });
    await stage.publish(1);
    await stage.work();
    const ids = (stage.sender.frames.get('a=') ?? []).map((text) => `${JSON.parse(text).id} ${JSON.parse(text).result.type}`);
    expect(ids.sort()).toEqual(['1 data', '1 started', '2 data', '2 started', '3 started']);
  });

  it('posts to one connection one frame at a time, and to others meanwhile (P3.8)', async () => {
    const stage = createFanoutStage();
    const posting = new Set<string>();
    let most = 0;
    stage.sender.onPost = async (connectionId) => {
      expect(posting.has(connectionId)).toBe(false);
      posting.add(connectionId);
      most = Math.max(most, posting.size);
      await new Promise(setImmediate);
      posting.delete(connectionId);
      return undefined;
    };
    for (const connection of ['a=', 'b=', 'c=']) {
      await stage.subscribe(connection, { requestId: 1 });
      await stage.subscribe(connection, { requestId: 2 });
    }
    await stage.publish(1, 2);
    await stage.work();
    expect(most).toBe(3);
    expect(stage.received('b=')).toHaveLength(6);
  });

  it('tells subscribers whose events expired before they were delivered, and leaves those alone that have them (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.work();
    await stage.publish(1, 2, 3);
    stage.topics.expire(TOPIC, 1);
    await stage.subscribe('b=', { after: 1 });
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 'PRECONDITION_FAILED']);
    expect(stage.received('b=')).toEqual(['started', 2, 3]);
  });

  it('remembers the number of an event that expired before it was delivered', async () => {
    const stage = createFanoutStage();
    await stage.publish(1, 2);
    stage.topics.expire(TOPIC, 1);
    stage.topics.expire(TOPIC, 2);
    await stage.work();
    expect((await stage.topics.append(TOPIC, '3', 3600)).offset).toBe(3);
  });

  it('tells subscribers of an epoch that is lost (P3.9, P3.13)', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.publish(1);
    await stage.work();
    stage.topics.forget(TOPIC);
    await stage.publish(2);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 1, 'PRECONDITION_FAILED']);
  });
});

describe('stopping a subscription (P3.10)', () => {
  it('sends stopped last and frees the id', async () => {
    const stage = createFanoutStage();
    const key = await stage.subscribe('a=');
    await stage.publish(1);
    await stage.work();
    await stage.publish(2);
    await stage.stop(key);
    await stage.publish(3);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 1, 'stopped']);
    expect(stage.subscriptions.size).toBe(0);
  });

  it('sends stopped once, and nothing for a start that comes after its stop', async () => {
    const stage = createFanoutStage();
    const key = await stage.subscribe('a=');
    await stage.stop(key);
    const [start, stop] = stage.numbered(0);
    for (const record of [stop, start, stop]) if (record) await stage.fanout([record]);
    expect(stage.received('a=')).toEqual(['stopped']);
  });

  it('sends no event after stopped although the rest of the stop fails and is done again', async () => {
    const stage = createFanoutStage();
    let failures = 1;
    const key = await stage.subscribe('a=');
    await stage.work();
    const { remove } = stage.subscriptions;
    stage.subscriptions.remove = async (which) => {
      if (failures-- > 0) throw new Error('throttled');
      return remove(which);
    };
    await stage.publish(1);
    await stage.stop(key);
    expect(await stage.work(3)).toBe(1);
    expect(stage.received('a=')).toEqual(['started', 'stopped', 'stopped']);
  });
});

describe('connections that fail', () => {
  it('forgets a subscription whose connection is gone, and closes the connection in case it is not', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.subscribe('b=');
    await stage.work();
    stage.sender.onPost = (connectionId) => (connectionId === 'a=' ? 'gone' : undefined);
    await stage.publish(1);
    expect(await stage.work()).toBe(0);
    expect([...stage.sender.closed]).toEqual(['a=']);
    expect(stage.received('b=')).toEqual(['started', 1]);
    expect(stage.subscriptions.size).toBe(2);
  });

  it('tries a throttled frame again', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    let refusals = 2;
    stage.sender.onPost = () => {
      if (refusals-- > 0) throw new Error('LimitExceededException');
      return undefined;
    };
    await stage.publish(1);
    expect(await stage.work()).toBe(0);
    expect(stage.received('a=')).toEqual(['started', 1]);
  });

  it('closes a connection that takes no frames, sends it nothing more, and serves the others', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.subscribe('b=');
    await stage.work();
    stage.sender.onPost = (connectionId, text) => {
      if (connectionId === 'a=' && text.includes('"e1.2"')) throw new Error('LimitExceededException');
      return undefined;
    };
    await stage.publish(1, 2, 3);
    expect(await stage.work()).toBe(0);
    expect(stage.received('a=')).toEqual(['started', 1]);
    expect(stage.received('b=')).toEqual(['started', 1, 2, 3]);
    expect([...stage.sender.closed]).toEqual(['a=']);
  });

  it('never sends past a lost frame, though the connection cannot be closed at first', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.work();
    const throttled = () => {
      throw new Error('LimitExceededException');
    };
    stage.sender.onPost = throttled;
    stage.sender.onClose = throttled;
    await stage.publish(1);
    expect(await stage.work()).toBe(0);
    stage.sender.onPost = () => undefined;
    await stage.publish(2);
    expect(await stage.work(3)).toBe(0);
    stage.sender.onClose = () => {};
    await stage.work();
    expect(stage.received('a=')).toEqual(['started']);
    expect([...stage.sender.closed]).toEqual(['a=']);
    expect(stage.subscriptions.size).toBe(0);
  });

  it('ends a subscription at an event that fits in no frame', async () => {
    const large = JSON.stringify('x'.repeat(131_072));
    const stage = createFanoutStage();
    const { read } = stage.topics;
    stage.topics.read = async (...args) => (await read(...args)).map((event) => (event.data === '2' ? { ...event, data: large } : event));
    await stage.subscribe('a=');
    await stage.publish(1, 2, 3);
    await stage.work();
    expect(stage.received('a=')).toEqual(['started', 1, 'PAYLOAD_TOO_LARGE']);
    expect(stage.subscriptions.size).toBe(0);
  });
});

describe('stores that fail', () => {
  it.each(['head', 'read', 'advance'] as const)('asks for a topic again whose %s fails, and loses nothing', async (method) => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.work();
    await stage.publish(1, 2);
    failOnce(stage.topics, method);
    expect(await stage.work(3)).toBe(1);
    expect(stage.received('a=')).toEqual(method === 'advance' ? ['started', 1, 2, 1, 2] : ['started', 1, 2]);
  });

  it('delivers the other topics of the batch', async () => {
    const stage = createFanoutStage();
    await stage.subscribe('a=');
    await stage.subscribe('b=', { topic: 'docs.changes/b' });
    await stage.work();
    const { read } = stage.topics;
    stage.topics.read = (topic, ...rest) => (topic === TOPIC ? Promise.reject(new Error('throttled')) : read(topic, ...rest));
    await stage.publish(1);
    await stage.topics.append('docs.changes/b', '1', 3600);
    expect(await stage.work()).toBe(1);
    expect(stage.received('b=')).toEqual(['started', 1]);
  });

  it('starts from the same position again when a start fails half-way: no event after the first started is lost (P3.9)', async () => {
    const stage = createFanoutStage();
    await stage.publish(1);
    await stage.subscribe('a=');
    const { activate } = stage.subscriptions;
    stage.subscriptions.activate = async (...args) => {
      stage.subscriptions.activate = activate;
      await stage.publish(2);
      throw new Error(`throttled ${args.length}`);
    };
    await stage.work(3);
    expect(stage.received('a=')).toEqual(['started', 'started', 2]);
  });
});

function failOnce(log: TopicLog, method: 'head' | 'read' | 'advance'): void {
  const original = log[method];
  Object.assign(log, {
    [method]: async () => {
      Object.assign(log, { [method]: original });
      throw new Error('throttled');
    },
  });
}
