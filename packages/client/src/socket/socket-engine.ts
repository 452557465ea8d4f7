/**
 * All that speaks over the socket: one connection, the subscriptions and the calls on it. Loaded by late-socket.ts when there is the first of
 * them, so nothing of it imports code that the page begins with: what two files of a bundle import becomes a third. What it needs of
 * that it is given.
 */

import type { ErrorShape, GatewayError } from '@org/gateway-core/errors';
import type { Call, CallStarter } from '../call.js';
import type { Clock } from '../clock.js';
import type { ConnectionStore } from '../connection-state.js';
import type { failure } from '../failure.js';
import type { Given } from '../meaning.js';
import type { GatewayClientOptions, PageEvents } from '../options.js';
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
  /** Calls `gw.ticket` over HTTP. */
  readonly askTicket: CallStarter;
}

/** What its parts share. */
export interface SocketParts extends Omit<SocketOwner, 'page'> {
  readonly random: () => number;
  readonly page: Partial<PageEvents>;
  /** The client's name among all. */
  readonly session: string;
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
  const { random = Math.random, page = globalThis as Partial<PageEvents>, failure, fetch } = owner;
  const parts: SocketParts = {
    ...owner,
    random,
    page,
    session: `s${[random(), random()].map((part) => part.toString(36).slice(2)).join('')}`,
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
