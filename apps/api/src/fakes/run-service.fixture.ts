/**
 * A service on resources in memory, called through the executor as every face does: validation, errors and logs are the real ones.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type CallFacts, contextFactory, createLogger, execute, type Implementation } from '@org/gateway-server';
import { type Faults, grantedClients } from './granted-clients.fixture.js';
import type { MemoryAnswers } from './memory-answers.fixture.js';
import type { MemoryBucket } from './memory-bucket.fixture.js';
import type { MemoryBus } from './memory-bus.fixture.js';
import type { MemoryIndex } from './memory-index.fixture.js';
import type { MemoryTable } from './memory-table.fixture.js';
import { type MemoryWorld, memoryWorld } from './memory-world.fixture.js';

export { START_MS } from './memory-world.fixture.js';

export interface PublishedEvent {
  readonly topic: string;
  readonly event: unknown;
}

/** The stores of a world, by the names a service or worker has for them. */
export interface Stores {
  table(name: string): MemoryTable;
  bucket(name: string): MemoryBucket;
  index(name: string): MemoryIndex;
  answers(name: string): MemoryAnswers;
  bus(name: string): MemoryBus;
}

/** What a test may reach: the stores, what was published and logged, and the time. */
export interface RunningService extends Stores, Faults {
  /** Runs a call; a failure is thrown as a client would see it. */
  call(procedure: string, input?: unknown, facts?: Partial<CallFacts>): Promise<unknown>;
  /** The topic key a subscriber would follow. */
  subscribe(procedure: string, input?: unknown): Promise<unknown>;
  readonly published: PublishedEvent[];
  readonly logLines: string[];
  publishFails: boolean;
  /** The world's. */
  nowMs: number;
}

/** Starts a service; without a world, in one of its own. */
export function runService(implementation: Implementation, world: MemoryWorld = memoryWorld()): RunningService {
  const { service, uses } = implementation.declaration;
  const granted = grantedClients(uses, world);
  const contextOf = contextFactory({
    implementation,
    clients: granted.clients,
    publish: async (topic, eventJson) => {
      if (running.publishFails) throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] no log');
      running.published.push({ topic, event: JSON.parse(eventJson) });
      return 'e1.1';
    },
    connectionOf: async (id) => ({ id, params: { theme: 'dark' } }),
    allowedOrigin: '*',
    now: () => world.nowMs,
    log: createLogger({}, (line) => running.logLines.push(line)),
  });
  const run = async (procedure: string, input: unknown, facts: Partial<CallFacts>) => {
    const kind = service.procedures[procedure]?.kind ?? 'query';
    const outcome = await execute(implementation, { procedure, kind, input }, contextOf({ user: null, requestId: 'request-1', ...facts }));
    if (outcome.ok) return outcome.data;
    const { code, message, error, details: data } = outcome.error;
    throw new GatewayError(code, message, { error, data });
  };
  const running: RunningService = {
    ...granted.stores,
    ...granted.faults,
    call: (procedure, input, facts = {}) => run(procedure, input, facts),
    subscribe: (procedure, input) => run(procedure, input, {}),
    published: [],
    logLines: [],
    publishFails: false,
    get nowMs() {
      return world.nowMs;
    },
    set nowMs(nowMs: number) {
      world.nowMs = nowMs;
    },
  };
  return running;
}
