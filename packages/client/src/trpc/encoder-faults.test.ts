import type { AppContract } from '@org/gateway-contract';
import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { gatewayEncoder, type WsLinkEncoder } from './encoder.js';
import { type Fate, startFaultyTopic } from './faulty-topic.fixture.js';

const EVENTS = 300;
/** The last ones arrive: the loss of the newest event is noticed with the next one. */
const CALM = 5;

/** mulberry32: the same numbers for the same seed. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a stock client delivers of 300 events of which 2 % are lost, 5 % doubled, and 1 % break their connection. */
async function deliveredTo(encoder: WsLinkEncoder | undefined, seed: number) {
  const random = seeded(seed);
  const topic = await startFaultyTopic((offset): Fate => {
    const dice = offset > EVENTS - CALM ? 1 : random();
    if (dice < 0.02) return 'lost';
    if (dice < 0.07) return 'doubled';
    return dice < 0.08 ? 'breaks' : 'arrives';
  });
  const client = createWSClient({
    url: topic.url,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    retryDelayMs: () => 0,
    ...(encoder && { experimental_encoder: encoder }),
  });
  const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
  const offsets: number[] = [];
  await new Promise<void>((resolve, reject) => {
    trpc.documents.changes.subscribe(
      { folder: 'inbox' },
      {
        onData: ({ data }) => {
          offsets.push(data as unknown as number);
          if (offsets.at(-1) === EVENTS) resolve();
        },
        onError: reject,
      },
    );
    void topic.followed.then(async () => {
      for (let count = 0; count < EVENTS; count += 1) {
        topic.publish();
        await new Promise(setImmediate);
      }
    });
  });
  await client.close();
  await topic.close();
  return { offsets, connections: topic.connections };
}

const all = Array.from({ length: EVENTS }, (_, index) => index + 1);

describe('a stock wsLink on a connection that loses, doubles and breaks', () => {
  it.each([1, 2, 3])('with the encoder delivers every event once and in order (seed %i)', async (seed) => {
    const { offsets, connections } = await deliveredTo(gatewayEncoder(), seed);
    expect(offsets).toEqual(all);
    expect(connections).toBeGreaterThan(1);
  });

  it('without it loses some and repeats others, so that these faults are ones that matter', async () => {
    const { offsets } = await deliveredTo(undefined, 1);
    const distinct = new Set(offsets);
    expect(distinct.size).toBeLessThan(EVENTS);
    expect(offsets.length).toBeGreaterThan(distinct.size);
  });
});
