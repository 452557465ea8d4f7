/**
 * `PresenceClient` of one call: rooms for the caller and its connection.
 */

import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import type { ConnectionInfo } from '../execute/context.js';
import type { CallFacts } from '../execute/function-parts.js';
import { describeIssues, validate } from '../execute/validate.js';
import type { PresenceClient, PresenceGrant } from '../service/presence.js';
import type { Announce, Rooms } from './rooms.js';

/** What presence clients are made of, for all calls of a service. */
export interface PresenceParts {
  readonly rooms: Rooms;
  /** Name of the service. */
  readonly service: string;
  /** Publishes an event of the service's own subscription. */
  readonly publish: (subscription: string, key: string, event: unknown) => Promise<unknown>;
  readonly connectionOf: (connectionId: string) => Promise<ConnectionInfo>;
}

/** Tells the subscribers of a room. */
export function announcer({ publish }: Pick<PresenceParts, 'publish'>, { resource }: PresenceGrant<unknown>, room: string): Announce {
  return (change) => publish(resource.announces, room, change);
}

/** The client of a call. */
export function createPresenceClient(parts: PresenceParts, grant: PresenceGrant<unknown>, facts: CallFacts): PresenceClient<unknown> {
  const { rooms, service, connectionOf } = parts;
  const { name, leaseSeconds } = grant.resource;
  const { user, connectionId } = facts;
  const self = async (): Promise<string> => {
    if (user) return `u:${user.id}`;
    const id = needConnection(connectionId, name);
    const { session } = await connectionOf(id);
    return `s:${digest(session ?? id)}`;
  };
  const placeIn = async (room: string) => ({ name, room, member: await self(), connectionId: needConnection(connectionId, name) });
  return {
    self,
    join: async (room, given) => {
      const data = await check(grant, given);
      return rooms.enter({ ...(await placeIn(room)), service, leaseMs: leaseSeconds * 1_000 }, data, announcer(parts, grant, room));
    },
    leave: async (room) => rooms.release(await placeIn(room), announcer(parts, grant, room)),
    list: (room) => rooms.list({ name, room }),
    find: async (room) => rooms.find({ name, room, member: await self() }),
  };
}

function needConnection(connectionId: string | undefined, name: string): string {
  if (connectionId !== undefined) return connectionId;
  throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] ${name} is about a connection: got a call over HTTP, expected one over the socket`);
}

/** Who knows a session is taken for it, so others are not told it. */
function digest(session: string): string {
  return createHash('sha256').update(session).digest('base64url').slice(0, 22);
}

async function check({ resource, member }: PresenceGrant<unknown>, data: unknown): Promise<unknown> {
  const result = await validate(member, data);
  if (result.success) return result.data;
  throw new GatewayError('INTERNAL_SERVER_ERROR', `member of ${resource.name} does not fit: ${describeIssues(result.error.issues).text}`);
}
