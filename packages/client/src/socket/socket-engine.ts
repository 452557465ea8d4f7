/**
 * All that speaks over the socket: one connection, the subscriptions and the calls on it. Loaded by late-socket.ts when there is the first of
 * them, so nothing of it imports code that the page begins with: what two files of a bundle import becomes a third. What it needs of
 * that it is given.
 */

import type { ErrorShape, GatewayError } from '@org/gateway-core/errors';
import type { Call, callerOf } from '../call.js';
import type { Clock } from '../clock.js';
import type { ConnectionStore } from '../connection-state.js';
import type { failure } from '../failure.js';
import type { httpCarrier } from '../http/carrier.js';
import type { Given } from '../meaning.js';
import type { AuthOptions, GatewayClientOptions, PageEvents } from '../options.js';
import { type AnswerFacts, sentFailure } from '../sent-failure.js';
import { socketConnection } from './connection.js';
import { type FeedOpener, feedsOf } from './feed.js';
import { lateCalls } from './late-calls.js';

/** What it is given by the page's own code. */
export interface SocketOwner extends GatewayClientOptions {
  readonly clock: Clock;
  readonly store: ConnectionStore;
  readonly failure: typeof failure;
  readonly GatewayError: typeof GatewayError;
  readonly callerOf: typeof callerOf;
  readonly httpCarrier: typeof httpCarrier;
}

/** What its parts share. */
export interface SocketParts extends Omit<SocketOwner, 'page'> {
  readonly random: () => number;
  readonly page: Partial<PageEvents>;
  /** The client's name among all. */
  readonly session: string;
  /** Calls `gw.ticket` over HTTP, as whom `auth` says. */
  askTicket(auth: AuthOptions): Promise<unknown>;
  /** What data stands for. @throws GatewayError NETWORK_ERROR when it is not to be had, or the code that reads it */
  meaningOf(path: string, given: Given): Promise<unknown>;
  /** The error of an answer. */
  answerFailure(path: string, shape: ErrorShape | undefined, facts: AnswerFacts): GatewayError;
}

/** What goes over the socket. */
export interface SocketEngine {
  readonly open: FeedOpener;
  readonly carry: (call: Call) => void;
  /** Ends all of it, for good. */
  close(): void;
}

/** Opens nothing yet. */
export function socketEngine(owner: SocketOwner): SocketEngine {
  const { random = Math.random, page = globalThis as Partial<PageEvents>, failure, fetch, callerOf, httpCarrier } = owner;
  const parts: SocketParts = {
    ...owner,
    random,
    page,
    // Keys begin with it, and whoever knows a key is answered.
    session: `s${`${owner.random ? [random(), random()] : crypto.getRandomValues(new Uint32Array(4))}`.replace(/\W/g, '')}`,
    askTicket: (auth) => callerOf(owner, httpCarrier({ ...owner, auth }))('mutation', 'gw.ticket')(undefined, { key: false }),
    async meaningOf(path, given) {
      try {
        return await (await import('../meaning.js')).meaningOf(given, fetch);
      } catch (cause) {
        throw failure('NETWORK_ERROR', path, 'cannot read what came: call again, or subscribe after the event before', { cause });
      }
    },
    answerFailure: (path, shape, facts) => sentFailure(owner.GatewayError, path, shape, facts),
  };
  const connection = socketConnection(parts);
  return { open: feedsOf(parts, connection), carry: lateCalls(parts, connection), close: connection.close };
}
