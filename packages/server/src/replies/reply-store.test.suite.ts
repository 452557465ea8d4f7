/** What every `ReplyStore` has to keep. PROTOCOL.md P3.23. */

import { expect, it } from 'vitest';
import type { ReplyClaim, ReplyStore } from './reply-store.js';

export interface ReplyStoreUnderTest {
  readonly store: ReplyStore;
  readonly clock: { advance(ms: number): void };
}

let rows = 0;

const LEASE_MS = 28_000;

/** A claim on a row of its own. */
function freshClaim(more: Partial<ReplyClaim> = {}): ReplyClaim {
  return { row: `K#${++rows}`, inputHash: 'h1', leaseMs: LEASE_MS, idempotent: false, ...more };
}

async function tokenOf(store: ReplyStore, claim: ReplyClaim): Promise<string> {
  const begun = await store.begin(claim);
  if (begun.state !== 'execute') throw new Error(`expected to execute, got ${begun.state}`);
  return begun.token;
}

export function replyStoreSuite(start: () => Promise<ReplyStoreUnderTest>): void {
  it('lets one of many callers at once execute, and the others wait (P3.23)', async () => {
    const { store } = await start();
    const claim = freshClaim();
    const states = (await Promise.all([1, 2, 3, 4, 5].map(() => store.begin(claim)))).map(({ state }) => state);
    expect(states.sort()).toEqual(['execute', 'running', 'running', 'running', 'running']);
  });

  it('answers a repetition with the stored reply, also long after the lease (P3.23)', async () => {
    const { store, clock } = await start();
    const claim = freshClaim();
    const reply = '{"ok":true,"data":{"id":"é\\u0000"}}';
    expect(await store.finish(claim.row, await tokenOf(store, claim), reply)).toBe(true);
    expect(await store.begin(claim)).toEqual({ state: 'replied', reply });
    clock.advance(23 * 3_600_000);
    expect(await store.begin(claim)).toEqual({ state: 'replied', reply });
  });

  it('forgets a key after 24 hours, whether or not its row is still there (P3.23)', async () => {
    const { store, clock } = await start();
    const claim = freshClaim();
    await store.finish(claim.row, await tokenOf(store, claim), '{}');
    clock.advance(24 * 3_600_000 + 1);
    expect(await store.begin({ ...claim, inputHash: 'h2' })).toMatchObject({ state: 'execute' });
    expect(await store.begin({ ...claim, inputHash: 'h2' })).toEqual({ state: 'running' });
  });

  it('refuses a key with another input, while the first runs and when it is done (P3.23)', async () => {
    const { store } = await start();
    const claim = freshClaim();
    const token = await tokenOf(store, claim);
    expect(await store.begin({ ...claim, inputHash: 'h2' })).toEqual({ state: 'conflict' });
    await store.finish(claim.row, token, '{}');
    expect(await store.begin({ ...claim, inputHash: 'h2' })).toEqual({ state: 'conflict' });
  });

  it('tells that an execution was cut off when its lease passed without a reply (P3.23)', async () => {
    const { store, clock } = await start();
    const claim = freshClaim();
    await store.begin(claim);
    clock.advance(LEASE_MS - 1);
    expect(await store.begin(claim)).toEqual({ state: 'running' });
    clock.advance(1);
    expect(await store.begin(claim)).toEqual({ state: 'cut off' });
    expect(await store.begin(claim)).toEqual({ state: 'cut off' });
  });

  it('takes the reply of an execution that was slower than its lease', async () => {
    const { store, clock } = await start();
    const claim = freshClaim();
    const token = await tokenOf(store, claim);
    clock.advance(LEASE_MS);
    expect(await store.begin(claim)).toEqual({ state: 'cut off' });
    expect(await store.finish(claim.row, token, '{"late":1}')).toBe(true);
    expect(await store.begin(claim)).toEqual({ state: 'replied', reply: '{"late":1}' });
  });

  it('lets one repetition of an idempotent call execute again, and drops what the first still says (P3.23)', async () => {
    const { store, clock } = await start();
    const claim = freshClaim({ idempotent: true });
    const first = await tokenOf(store, claim);
    clock.advance(LEASE_MS);
    const begun = await Promise.all([store.begin(claim), store.begin(claim), store.begin(claim)]);
    expect(begun.map(({ state }) => state).sort()).toEqual(['execute', 'running', 'running']);
    expect(await store.finish(claim.row, first, '"first"')).toBe(false);
    expect(await store.release(claim.row, first)).toBe(false);
    const second = begun.find(({ state }) => state === 'execute') as { readonly token: string };
    expect(await store.finish(claim.row, second.token, '"second"')).toBe(true);
    expect(await store.begin(claim)).toEqual({ state: 'replied', reply: '"second"' });
  });

  it('lets one of many execute a key that was given back', async () => {
    const { store } = await start();
    const claim = freshClaim();
    expect(await store.release(claim.row, await tokenOf(store, claim))).toBe(true);
    const states = (await Promise.all([store.begin(claim), store.begin(claim)])).map(({ state }) => state);
    expect(states.sort()).toEqual(['execute', 'running']);
  });

  it('stores nothing for a row it does not have', async () => {
    const { store } = await start();
    expect(await store.finish('K#nobody', 't', '{}')).toBe(false);
    expect(await store.release('K#nobody', 't')).toBe(false);
    expect(await store.begin(freshClaim({ row: 'K#nobody' }))).toMatchObject({ state: 'execute' });
  });
}
