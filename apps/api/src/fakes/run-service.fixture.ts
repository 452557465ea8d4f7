/**
 * A service on resources in memory, called through the executor as every face does: validation, errors and logs are the real ones.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type CallFacts, contextFactory, execute, type Implementation } from '@org/gateway-server';
import { createPresenceClient, type PresenceParts } from '@org/gateway-server/parts';
import { isPresenceGrant, type Uses } from '@org/gateway-server/service';
import { type MemoryWorld, memoryWorld } from './memory-world.fixture.js';
import { type Running, startRunning } from './running.fixture.js';

export { START_MS } from './memory-world.fixture.js';

/** Who calls unless a test says otherwise: somebody who may do everything. */
const ada = { id: 'ada', claims: { sub: 'ada', name: 'Ada Lovelace' }, scopes: ['search:rebuild'] };

/** What a test may reach, and calls. */
export interface RunningService extends Running {
  /** Runs a call; a failure is thrown as a client would see it. */
  call(procedure: string, input?: unknown, facts?: Partial<CallFacts>): Promise<unknown>;
  /** The topic key a subscriber would follow. */
  subscribe(procedure: string, input?: unknown, facts?: Partial<CallFacts>): Promise<unknown>;
}

/** Starts a service; without a world, in one of its own. */
export function runService(implementation: Implementation, world: MemoryWorld = memoryWorld()): RunningService {
  const { service, uses } = implementation.declaration;
  const { running, runtime } = startRunning(uses, world);
  // A connection is named after its session: `c1` and `c1/2` are one caller's.
  const connectionOf = async (id: string) => ({ id, session: id.split('/')[0], params: { theme: 'dark' } });
  const publish = (subscription: string, key: string, event: unknown) =>
    runtime.publish(`${service.name}.${subscription}/${key}`, JSON.stringify(event));
  const presence: PresenceParts = { rooms: world.rooms, service: service.name, publish, connectionOf };
  const contextOf = contextFactory({
    ...runtime,
    callers: (facts) => presenceClients(uses, presence, facts),
    implementation,
    connectionOf,
    allowedOrigin: '*',
  });
  const run = async (procedure: string, input: unknown, facts: Partial<CallFacts>) => {
    const kind = service.procedures[procedure]?.kind ?? 'query';
    const outcome = await execute(implementation, { procedure, kind, input }, contextOf({ user: ada, requestId: 'request-1', ...facts }));
    if (outcome.ok) return outcome.data;
    const { code, message, error, details: data } = outcome.error;
    throw new GatewayError(code, message, { error, data });
  };
  // Into the object itself: its time is the world's.
  return Object.assign(running, {
    call: (procedure: string, input?: unknown, facts: Partial<CallFacts> = {}) => run(procedure, input, facts),
    subscribe: (procedure: string, input?: unknown, facts: Partial<CallFacts> = {}) => run(procedure, input, facts),
  });
}

function presenceClients(uses: Uses, presence: PresenceParts, facts: CallFacts): Readonly<Record<string, unknown>> {
  const grants = Object.entries(uses).flatMap(([name, grant]) => (isPresenceGrant(grant) ? [[name, grant] as const] : []));
  return Object.fromEntries(grants.map(([name, grant]) => [name, createPresenceClient(presence, grant, facts)]));
}
