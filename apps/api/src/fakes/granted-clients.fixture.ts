/**
 * The clients that `uses` grants, over the stores of a world: a handler that uses more than it declares must fail in a test as it fails on
 * AWS. A test can have single operations fail, or answer something else than they did.
 */

import { type AnyGrant, isPresenceGrant, type Uses } from '@org/gateway-server/service';
import type { MemoryAnswers } from './memory-answers.fixture.js';
import type { MemoryBucket } from './memory-bucket.fixture.js';
import type { MemoryBus } from './memory-bus.fixture.js';
import type { MemoryIndex } from './memory-index.fixture.js';
import type { MemoryTable } from './memory-table.fixture.js';
import type { Client, MemoryWorld } from './memory-world.fixture.js';

/** The stores of a world, by the names a service or worker has for them. */
export interface Stores {
  table(name: string): MemoryTable;
  bucket(name: string): MemoryBucket;
  index(name: string): MemoryIndex;
  answers(name: string): MemoryAnswers;
  bus(name: string): MemoryBus;
}

export interface Faults {
  /** Runs once, right before the next call of an operation of a resource; the operation fails if it throws. */
  before(resource: string, operation: string, action: () => Promise<void> | void): void;
  /** Has the next such operation do its work and then answer something else (an Error: reject with it), as after a lost answer. */
  answerInstead(resource: string, operation: string, answer: unknown): void;
}

/** Clients by their names on `ctx`, the stores behind them, and the switches. */
export function grantedClients(
  uses: Uses,
  world: MemoryWorld,
): { readonly clients: Readonly<Record<string, Client>>; readonly stores: Stores; readonly faults: Faults } {
  const stored = Object.entries(uses).filter(([, grant]) => !isPresenceGrant(grant));
  const stores = Object.fromEntries(stored.map(([name, grant]) => [name, world.storeOf(grant)]));
  const clients = Object.fromEntries(stored.map(([name, grant]) => [name, grantedClient(stores[name] as Client, grant)]));
  const store = (name: string) => stores[name] as never;
  return {
    clients,
    stores: { table: store, bucket: store, index: store, answers: store, bus: store },
    faults: {
      before: (resource, operation, action) =>
        once(clients[resource] as Client, operation, async (original) => {
          await action();
          return original();
        }),
      answerInstead: (resource, operation, answer) =>
        once(clients[resource] as Client, operation, async (original) => {
          await original();
          if (answer instanceof Error) throw answer;
          return answer;
        }),
    },
  };
}

function grantedClient(store: Client, { operations }: AnyGrant): Client {
  return Object.fromEntries(operations.map((operation) => [operation, store[operation] as Client[string]]));
}

function once(client: Client, operation: string, around: (original: () => unknown) => Promise<unknown>): void {
  const original = client[operation] as Client[string];
  client[operation] = (...parameters) => {
    client[operation] = original;
    return around(() => original(...parameters));
  };
}
