/**
 * Whatever happens to documents, in whichever order changes arrive and however often, and with rebuilds in between: in the end index and
 * store are what the documents are. Changes of one document arrive in order, a batch that is repeated begins some changes back: what a
 * DynamoDB stream promises.
 */

import { expect, test } from 'vitest';
import { documentsHandlers } from '../documents/handlers.js';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { type RunningWorker, runWorker } from '../fakes/run-worker.fixture.js';
import { serviceClient } from '../fakes/service-client.fixture.js';
import { indexingHandlers } from '../indexing/handlers.js';
import { indexerHandler } from './handler.js';

const IDS = ['a1', 'a2', 'a3'] as const;
const STEPS = 60;

type Item = Readonly<Record<string, unknown>>;
interface Lane {
  readonly changes: { readonly item: Item; readonly removed: boolean }[];
  next: number;
}

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

class Story {
  readonly #random: (below: number) => number;
  readonly #lanes = new Map<string, Lane>(IDS.map((id) => [id, { changes: [], next: 0 }]));
  readonly #documents: RunningService;
  readonly #indexing: RunningService;
  readonly #indexer: RunningWorker;
  #bodies = 0;
  #rebuilds = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    const whileRebuilding = {
      call: async (procedure: string, input: unknown) => {
        if (this.#random(2) === 0) await this.#change();
        if (this.#random(2) === 0) await this.#deliverAll();
        return this.#documents.call(procedure, input);
      },
    };
    const world = memoryWorld({ clients: { FunctionDocuments: serviceClient(whileRebuilding, ['list', 'many', 'get']) } });
    this.#documents = runService(
      documentsHandlers((size) => new Uint8Array(size).fill(++this.#bodies % 256)),
      world,
    );
    this.#indexing = runService(indexingHandlers(), world);
    this.#indexer = runWorker(indexerHandler(), world);
  }

  async tell(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      const kind = this.#random(20);
      if (kind === 0) await this.#rebuild();
      else if (kind < 10) await this.#change();
      else await this.#deliver();
    }
    await this.#rebuild();
    await this.#deliverAll();
  }

  /** Documents, index and store, as id and body. */
  async outcome() {
    const bodies: [string, string][] = [];
    for (const id of this.#items().keys()) {
      const { body } = (await this.#documents.call('get', { id })) as { body: string };
      bodies.push([id, body]);
    }
    const indexed = [...this.#indexer.index('index').documents].map(([id, { body }]) => [id, body]);
    const stored = [...this.#indexer.answers('store').documents].map(([id, { text }]) => [id, text]);
    return { documents: bodies.sort(), indexed: indexed.sort(), stored: stored.sort() };
  }

  #items(): ReadonlyMap<string, Item> {
    return new Map([...this.#documents.table('table').items.values()].map((item) => [String(item.id), item]));
  }

  async #change(): Promise<void> {
    const id = IDS[this.#random(IDS.length)] as (typeof IDS)[number];
    const before = this.#items().get(id);
    this.#documents.nowMs += 1;
    if (before !== undefined && this.#random(3) === 0) await this.#documents.call('remove', { id });
    else await this.#documents.call('save', { id, folder: 'inbox', title: 'T', body: `body ${this.#bodies}` });
    const after = this.#items().get(id);
    this.#lanes.get(id)?.changes.push({ item: (after ?? before) as Item, removed: after === undefined });
  }

  /** One change, or again some that were delivered before. */
  async #deliver(): Promise<void> {
    const id = IDS[this.#random(IDS.length)] as (typeof IDS)[number];
    const lane = this.#lanes.get(id) as Lane;
    if (this.#random(4) === 0) lane.next = Math.max(0, lane.next - this.#random(4));
    await this.#deliverNext(id);
  }

  async #deliverAll(): Promise<void> {
    for (const id of IDS) while (await this.#deliverNext(id));
  }

  async #deliverNext(id: string): Promise<boolean> {
    const lane = this.#lanes.get(id) as Lane;
    const change = lane.changes[lane.next];
    if (change === undefined) return false;
    lane.next += 1;
    await (change.removed ? this.#indexer.removed(change.item) : this.#indexer.saved(change.item));
    return true;
  }

  async #rebuild(): Promise<void> {
    this.#rebuilds += 1;
    const job = { index: 'documents', jobId: `j${this.#rebuilds}` };
    const nowMs = this.#documents.nowMs;
    const phase = this.#random(2) === 0 ? 'drop' : 'write';
    const counts = { indexed: 0, removed: 0, startedAtMs: nowMs, updatedAtMs: nowMs };
    await this.#indexing.table('rebuilds').put({ ...job, state: 'waiting', phase, ...counts });
    expect(await this.#indexing.call('rebuild', job)).toEqual({ ended: 'done' });
  }
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))('index and store end as the documents do, seed %i', async (seed) => {
  const story = new Story(seed);
  await story.tell();
  const { documents, indexed, stored } = await story.outcome();
  expect(indexed).toEqual(documents);
  expect(stored).toEqual(documents);
});
