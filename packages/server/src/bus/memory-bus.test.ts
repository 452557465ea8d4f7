import { describe, expect, it } from 'vitest';
import { createMemoryBus } from './memory-bus.js';
import type { WireMessage } from './wire-message.js';

const messageOf = (id: string, key = id): WireMessage => ({ name: 'changed', id, key, publishedAtMs: 1_700_000_000_123, data: { id } });

describe('memory bus', () => {
  it('delivers to every subscription, each with its own attempts', async () => {
    const bus = createMemoryBus({ now: () => 0 });
    const got: string[] = [];
    bus.subscribe({ names: ['changed'], receive: async (_, attempt) => void got.push(`one ${attempt}`) });
    bus.subscribe({
      names: ['changed'],
      receive: async (_, attempt) => {
        got.push(`two ${attempt}`);
        if (attempt === 1) throw new Error('not this time');
      },
    });
    await bus.publish(messageOf('a'));
    await bus.idle();
    expect(got.sort()).toEqual(['one 1', 'two 1', 'two 2']);
  });

  it('gives every attempt a message of its own: what a consumer changes, no other sees', async () => {
    const bus = createMemoryBus({ now: () => 0 });
    const seen: unknown[] = [];
    bus.subscribe({
      names: ['changed'],
      maxAttempts: 2,
      receive: async ({ data }) => {
        seen.push(structuredClone(data));
        (data as { id: string }).id = 'changed';
        throw new Error('no');
      },
    });
    await bus.publish(messageOf('a'));
    await bus.idle();
    expect(seen).toEqual([{ id: 'a' }, { id: 'a' }]);
  });

  it('receives keys beside each other, and one key’s messages one after the other', async () => {
    const bus = createMemoryBus({ ordered: true, now: () => 0 });
    const log: string[] = [];
    const held = deferred();
    bus.subscribe({
      names: ['changed'],
      receive: async ({ id }) => {
        log.push(`begin ${id}`);
        if (id === 'a1') await held.promise;
        log.push(`end ${id}`);
      },
    });
    for (const [id, key] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      await bus.publish(messageOf(id, key));
    await new Promise(setImmediate);
    expect(log).toEqual(['begin a1', 'begin b1', 'end b1']);
    held.resolve();
    await bus.idle();
    expect(log.slice(3)).toEqual(['end a1', 'begin a2', 'end a2']);
  });

  it('takes no more than it can hold, with SERVICE_UNAVAILABLE', async () => {
    const bus = createMemoryBus({ now: () => 0, maxPending: 2 });
    const held = deferred();
    bus.subscribe({ names: ['changed'], receive: () => held.promise });
    await bus.publish(messageOf('a'));
    await bus.publish(messageOf('b'));
    await expect(bus.publish(messageOf('c'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    held.resolve();
    await bus.idle();
    await bus.publish(messageOf('c'));
    await bus.idle();
  });

  it('forgets ids after five minutes, as a FIFO topic does', async () => {
    let nowMs = 1_700_000_000_123;
    const bus = createMemoryBus({ ordered: true, now: () => nowMs });
    const received: string[] = [];
    bus.subscribe({ names: ['changed'], receive: async ({ id }) => void received.push(id) });
    await bus.publish(messageOf('a'));
    nowMs += 299_999;
    await bus.publish(messageOf('a'));
    await bus.idle();
    expect(received).toEqual(['a']);
    nowMs += 1;
    await bus.publish(messageOf('a'));
    await bus.idle();
    expect(received).toEqual(['a', 'a']);
  });

  it('delivers nothing to a subscription that was stopped', async () => {
    const bus = createMemoryBus({ now: () => 0 });
    const received: string[] = [];
    const running = bus.subscribe({ names: ['changed'], receive: async ({ id }) => void received.push(id) });
    running.stop();
    await bus.publish(messageOf('a'));
    await bus.idle();
    expect(received).toEqual([]);
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
