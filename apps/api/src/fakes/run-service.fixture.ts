/**
 * A service on resources in memory, called through the executor as every face does: validation, errors and logs are the real ones.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type CallFacts, contextFactory, createLogger, execute, type Implementation } from '@org/gateway-server';
import type { AnyGrant } from '@org/gateway-server/service';
import { type MemoryBucket, memoryBucket } from './memory-bucket.fixture.js';
import { type MemoryTable, memoryTable } from './memory-table.fixture.js';

/** 14 November 2023, 22:13:20.123 UTC. */
export const START_MS = 1_700_000_000_123;

export interface PublishedEvent {
  readonly topic: string;
  readonly event: unknown;
}

/** What a test may reach: the stores, what was published and logged, and the time. */
export interface RunningService {
  /** Runs a call; a failure is thrown as a client would see it. */
  call(procedure: string, input?: unknown, facts?: Partial<CallFacts>): Promise<unknown>;
  /** The topic key a subscriber would follow. */
  subscribe(procedure: string, input?: unknown): Promise<unknown>;
  table(name: string): MemoryTable;
  bucket(name: string): MemoryBucket;
  readonly published: PublishedEvent[];
  readonly logLines: string[];
  /** Runs once, right before the next call of an operation of a resource; the operation fails if it throws. */
  before(resource: string, operation: string, action: () => Promise<void> | void): void;
  /** Has the next such operation do its work and then answer something else (an Error: reject with it), as after a lost answer. */
  answerInstead(resource: string, operation: string, answer: unknown): void;
  publishFails: boolean;
  nowMs: number;
}

type Operation = (...parameters: never[]) => Promise<unknown>;
type Client = Record<string, Operation>;

/** Starts a service whose resources are empty. */
export function runService(implementation: Implementation): RunningService {
  const { service, uses } = implementation.declaration;
  const stores = Object.fromEntries(Object.entries(uses).map(([name, grant]) => [name, storeOf(grant, () => running.nowMs)]));
  const clients = Object.fromEntries(Object.entries(uses).map(([name, grant]) => [name, grantedClient(stores[name] as Client, grant)]));
  const contextOf = contextFactory({
    implementation,
    clients,
    publish: async (topic, eventJson) => {
      if (running.publishFails) throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] no log');
      running.published.push({ topic, event: JSON.parse(eventJson) });
      return 'e1.1';
    },
    connectionOf: async (id) => ({ id, params: { theme: 'dark' } }),
    allowedOrigin: '*',
    now: () => running.nowMs,
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
    call: (procedure, input, facts = {}) => run(procedure, input, facts),
    subscribe: (procedure, input) => run(procedure, input, {}),
    table: (name) => stores[name] as unknown as MemoryTable,
    bucket: (name) => stores[name] as unknown as MemoryBucket,
    published: [],
    logLines: [],
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
    publishFails: false,
    nowMs: START_MS,
  };
  return running;
}

function storeOf({ resource }: AnyGrant, now: () => number): Client {
  return (resource.kind === 'table' ? memoryTable(resource) : memoryBucket(now)) as unknown as Client;
}

/** A handler that uses more than its service declares must fail in a test as it fails on AWS. */
function grantedClient(store: Client, { operations }: AnyGrant): Client {
  return Object.fromEntries(operations.map((operation) => [operation, store[operation] as Operation]));
}

function once(client: Client, operation: string, around: (original: () => Promise<unknown>) => Promise<unknown>): void {
  const original = client[operation] as Operation;
  client[operation] = (...parameters) => {
    client[operation] = original;
    return around(() => original(...parameters));
  };
}
