/**
 * What a service and a worker in memory have in common: the clients that `uses` grants, and all that they publish and log, kept for the test.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { createLogger } from '@org/gateway-server';
import type { Uses } from '@org/gateway-server/service';
import { type Faults, grantedClients, type Stores } from './granted-clients.fixture.js';
import type { MemoryWorld } from './memory-world.fixture.js';

export interface PublishedEvent {
  readonly topic: string;
  readonly event: unknown;
}

/** What a test may reach: the stores, what was published and logged, and the time. */
export interface Running extends Stores, Faults {
  readonly published: PublishedEvent[];
  readonly logLines: string[];
  publishFails: boolean;
  /** The world's. */
  nowMs: number;
}

/** What the test reaches, and what handlers are run with. */
export function startRunning(uses: Uses, world: MemoryWorld) {
  const { clients, stores, faults } = grantedClients(uses, world);
  const running: Running = {
    ...stores,
    ...faults,
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
  const runtime = {
    clients,
    publish: async (topic: string, events: string | readonly string[]) => {
      if (running.publishFails) throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] no log');
      for (const event of typeof events === 'string' ? [events] : events) running.published.push({ topic, event: JSON.parse(event) });
      return 'e1.1';
    },
    recent: async (topic: string, limit: number) => {
      const all = running.published.filter((each) => each.topic === topic);
      const events = all.map(({ event }, index) => ({ epoch: 'e1', offset: index + 1, data: JSON.stringify(event) }));
      return { events: events.slice(-limit), position: `e1.${all.length}` };
    },
    now: () => world.nowMs,
    log: createLogger({}, (line) => running.logLines.push(line)),
  };
  return { running, runtime };
}
