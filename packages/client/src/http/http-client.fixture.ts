/**
 * What tests of calls over HTTP share: a client at a fake server, on a clock that stands still, with waits of the longest kind.
 */

import { afterEach, beforeEach } from 'vitest';
import type { HttpClient } from '../client-types.js';
import { type FakeClock, fakeClock } from '../fake-clock.fixture.js';
import { type FakeServer, type Reply, startFakeServer } from '../fake-server.fixture.js';
import type { HttpOptions } from '../options.js';
import { createHttpClient } from './create-http-client.js';

export interface HttpStage {
  readonly server: FakeServer;
  readonly clock: FakeClock;
  client(options?: Partial<HttpOptions>): HttpClient;
  /** Answers the requests one after the other; the last answer stays. */
  answer(...replies: readonly (Reply | 'reset' | 'never')[]): void;
}

/** A server and a clock for each test of a file. */
export function httpStage(): HttpStage {
  let server: FakeServer;
  let clock: FakeClock;
  beforeEach(async () => {
    server = await startFakeServer();
    clock = fakeClock();
  });
  afterEach(() => server.close());
  return {
    get server() {
      return server;
    },
    get clock() {
      return clock;
    },
    // Just below 1: the longest waits, and keys that a test can know.
    client: (options) => createHttpClient({ url: server.url, clock, random: () => 0.999, ...options }),
    answer(...replies) {
      let next = 0;
      server.answer(() => {
        next += 1;
        return replies[Math.min(next, replies.length) - 1] as Reply;
      });
    },
  };
}

/** A success. */
export const result = (data: unknown): Reply => ({ body: JSON.stringify({ result: { data } }) });

/** An error of the protocol. */
export const refusal = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: JSON.stringify({ error: { message: `no: ${code}`, code: -32_000, data: { code, httpStatus: status, ...more } } }),
});
