/**
 * One gateway in memory: every service behind its own faces, over shared stores of connections, topics and replies. Time stands still unless
 * a test moves it.
 */

import { type AnyContract, routeRoots } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { formatEventId } from '@org/gateway-core/protocol';
import type { CallFacts, FunctionParts, PublishText } from '../execute/function-parts.js';
import type { Implementation } from '../execute/handler-types.js';
import { type Identity, isOver } from '../identity/identity.js';
import { createPublishText } from '../publish/publish-text.js';
import { createMemoryReplyStore } from '../replies/memory-reply-store.js';
import { createRestHandler } from '../rest/rest-handler.js';
import { createLogger } from '../telemetry/logger.js';
import { createMemorySubscriptionStore } from '../topics/memory-subscription-store.js';
import { createMemoryTopicLog } from '../topics/memory-topic-log.js';
import { type Clock, systemClock } from '../websocket/clock.js';
import { createMemoryConnectionStore } from '../websocket/memory-connection-store.js';
import { waitForConnection } from '../websocket/wait-for-connection.js';
import { grantedClients, type TestDouble } from './granted.js';
import { createMemoryLimiter } from './memory-limiter.js';

/** What a test may say. */
export interface TestGatewayOptions {
  /** Stand-ins for the clients of `uses`, by service and by the name there. */
  readonly clients?: Readonly<Record<string, Readonly<Record<string, TestDouble>>>>;
  /** Clients that are made for each call: those of presence. */
  readonly callers?: (service: string, facts: CallFacts) => Readonly<Record<string, unknown>>;
  /** Epoch milliseconds it begins at. @default 1_700_000_000_123 */
  readonly nowMs?: number;
}

/** What was published. */
export interface TestEvent {
  /** `service.subscription/KEY`. */
  readonly topic: string;
  readonly event: unknown;
}

const START_MS = 1_700_000_000_123;

/** The services and what they share. */
export type TestStage = ReturnType<typeof createTestStage>;

export function createTestStage(contract: AnyContract, implementations: readonly Implementation[], options: TestGatewayOptions) {
  const { clients = {}, callers, nowMs = START_MS } = options;
  const time = { nowMs };
  const clock: Clock = { ...systemClock, now: () => time.nowMs };
  let ids = 0;
  const newId = () => `id${++ids}`;
  const subscriptions = createMemorySubscriptionStore({ clock });
  const topics = createMemoryTopicLog({ clock, newEpoch: () => 'e1' });
  const connections = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
  const published: TestEvent[] = [];
  const logLines: string[] = [];
  const people = new Map<string, Identity>();
  // One reader numbers what is sequenced; here everything comes one after the other anyway.
  const append = createPublishText(topics, undefined);
  const publish: PublishText = async (topic, events, retainSeconds, { sequenced = false, ...more } = {}) => {
    const id = await append(topic, events, retainSeconds, more);
    for (const event of typeof events === 'string' ? [events] : events) published.push({ topic, event: JSON.parse(event) });
    return sequenced ? undefined : id;
  };
  const shared = {
    publish,
    position: async (topic: string) => formatEventId(await topics.head(topic)),
    recent: async (topic: string, limit: number) => {
      const { epoch, offset } = await topics.head(topic);
      return { events: await topics.read(topic, Math.max(0, offset - limit), limit), position: formatEventId({ epoch, offset }) };
    },
    replies: { store: createMemoryReplyStore({ clock, newId }), clock, random: () => 0.5 },
    tokens: {
      verify: async (token: string) => {
        const user = people.get(token);
        if (user && !isOver(user, time.nowMs)) return user;
        throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the token is over, or none of this test');
      },
    },
    limiter: createMemoryLimiter(clock),
    connectionOf: (id: string) => waitForConnection(connections, id, clock),
    allowedOrigin: '*',
    clock,
    now: clock.now,
  };
  const services = new Map(
    implementations.map((implementation) => {
      const { declaration } = implementation;
      const { name } = declaration.service;
      if (contract.services[name] !== declaration.service)
        throw new TypeError(`the service ${name} is not the contract's: expected one of ${Object.keys(contract.services).join(', ')}`);
      const parts: FunctionParts = {
        ...shared,
        implementation,
        clients: grantedClients(declaration, clients[name] ?? {}),
        ...(callers ? { callers: (facts: CallFacts) => callers(name, facts) } : {}),
        log: createLogger({ service: name }, (line) => logLines.push(line)),
      };
      return [name, { parts, rest: createRestHandler(parts), roots: routeRoots(declaration.service) }] as const;
    }),
  );
  return { time, clock, newId, services, people, published, logLines, realtime: { connections, subscriptions, topics, clock } };
}
