/**
 * Resources in memory, one of each name: services and workers that are given the same world share them, as they do when deployed. What only
 * a test can answer for (a model, another service, a GraphQL API) is given to it.
 */

import { createRooms, type Rooms } from '@org/gateway-server/parts';
import type { AnyGrant, BusGrant, GraphGrant, IndexGrant, TableGrant } from '@org/gateway-server/service';
import { memoryAnswers } from './memory-answers.fixture.js';
import { memoryBucket } from './memory-bucket.fixture.js';
import { memoryBus } from './memory-bus.fixture.js';
import { memoryGraph, type Resolvers } from './memory-graph.fixture.js';
import { memoryIndex } from './memory-index.fixture.js';
import { memoryKeyTable } from './memory-key-table.fixture.js';
import { memoryTable } from './memory-table.fixture.js';

/** 14 November 2023, 22:13:20.123 UTC. */
export const START_MS = 1_700_000_000_123;

/** Operations by name. */
export type Client = Record<string, (...parameters: never[]) => unknown>;

export interface MemoryWorld {
  nowMs: number;
  /** Who is in which room. */
  readonly rooms: Rooms;
  /** The store behind a grant, made when it is first asked for. */
  storeOf(grant: AnyGrant): Client;
}

/** What a test answers for. */
export interface Given {
  /** Clients of models and functions, by the resource's name: `Classifier`, `FunctionDocuments`. */
  readonly clients?: Readonly<Record<string, object>>;
  /** Who answers the fields of the GraphQL API. */
  readonly resolvers?: Resolvers;
}

/** A world in which nothing is stored. */
export function memoryWorld(given: Given = {}): MemoryWorld {
  const stores = new Map<string, Client>();
  let ids = 0;
  const clock = { now: () => world.nowMs, sleep: async () => {} };
  const world: MemoryWorld = {
    nowMs: START_MS,
    rooms: createRooms({ table: memoryKeyTable(), clock, newId: () => `v${++ids}` }),
    storeOf: (grant) => {
      // The operations of a graph are the grant's own.
      if (grant.resource.kind === 'graph') return memoryGraph(grant as GraphGrant<unknown>, given.resolvers ?? {});
      const { name } = grant.resource;
      const store = stores.get(name) ?? makeStore(grant, given, () => world.nowMs);
      stores.set(name, store);
      return store;
    },
  };
  return world;
}

function makeStore(grant: AnyGrant, { clients = {} }: Given, now: () => number): Client {
  const { resource } = grant;
  switch (resource.kind) {
    case 'table':
      return memoryTable(grant as TableGrant<unknown>) as unknown as Client;
    case 'bucket':
      return memoryBucket(now) as unknown as Client;
    case 'index':
      return memoryIndex((grant as IndexGrant<unknown>).resource) as unknown as Client;
    case 'answers':
      return memoryAnswers() as unknown as Client;
    case 'bus':
      return memoryBus(grant as BusGrant<unknown>) as unknown as Client;
    case 'model':
    case 'topics':
    case 'sessions':
    case 'function': {
      const client = clients[resource.name];
      if (client === undefined) throw new Error(`the test gives no client for ${resource.name}`);
      return client as Client;
    }
    case 'presence':
      throw new Error('presence has no store: its clients are made for each call');
    case 'graph':
      throw new Error('a graph has no store');
    default:
      return resource satisfies never;
  }
}
