/**
 * The connection that outlives its links: opens one when there is something to do, another when it breaks, and a second one before the
 * first is closed when it is time to move. Requests are told which link to use; what they do with a new one is their business.
 * PROTOCOL.md P3.11, P3.14, P3.21 and P3.22.
 *
 *               add                 up
 *     idle ───────────▶ connecting ───────▶ live, catching-up, degraded ──┐ leave: a second link opens while the first serves
 *      ▲ linger           ▲     │ down       │                   ▲────────┘
 *      │            retry │     ▼            │ down, offline, pagehide
 *      ├─────────────── offline ◀────────────┘
 *      └── from any state: close, bye ──▶ closed
 */

import { GatewayError } from '@org/gateway-core/errors';
import { answerFailure } from '../answer-failure.js';
import { alarmOf, systemClock } from '../clock.js';
import type { ConnectionState, ConnectionStore } from '../connection-state.js';
import type { GatewayClientOptions, PageEvents } from '../options.js';
import { backoffOf } from './backoff.js';
import { boardingOf } from './boarding.js';
import { openCallersLink } from './callers-link.js';
import { idlenessOf } from './idleness.js';
import type { Link } from './link.js';
import { pageWatch } from './page-watch.js';
import type { SignInOwner } from './signing-in.js';

/** Something that needs the connection. */
export interface SocketRequest {
  /** Go on there. Again for a link it is on already: nothing to do. */
  start(link: Link): void;
  /** It cannot go on. */
  end(error: GatewayError): void;
  /** The client was closed. */
  abort(): void;
  /** Of a subscription: it has not started, or lacks events. */
  isBehind?(): boolean;
}

/** Keeps a link open as long as there are requests. */
export interface SocketConnection {
  /** Starts a request, now or when there is a link. */
  add(request: SocketRequest): void;
  /** The request has ended. The link stays a moment for the next one. */
  remove(request: SocketRequest): void;
  /** Whether a request can be sent now. */
  isUp(): boolean;
  /** A subscription fell behind or has caught up. */
  changed(): void;
  /** Ends every request and the connection. */
  close(): void;
}

/** Errors of `socketUrl` after which another attempt makes sense. PROTOCOL.md section 4. */
const RETRYABLE = /^(NETWORK_ERROR|TIMEOUT|TOO_MANY_REQUESTS|BAD_GATEWAY|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT)$/;

/** What a connection is made of. */
export interface ConnectionParts extends GatewayClientOptions, Pick<SignInOwner, 'askTicket'> {
  readonly session: string;
  readonly store: ConnectionStore;
}

/** Opens nothing yet. */
export function socketConnection(parts: ConnectionParts): SocketConnection {
  const { store, clock = systemClock, maxRetryDelayMs, random = Math.random, page = globalThis as Partial<PageEvents> } = parts;
  const requests = new Set<SocketRequest>();
  const boarding = boardingOf(clock);
  const backoff = backoffOf(clock, random, maxRetryDelayMs);
  const retrying = alarmOf(clock);
  /** The link in use, the one it replaces, and the one that is being opened. */
  let current: Link | undefined;
  let old: Link | undefined;
  let next: Link | undefined;
  let isRetrying = false;
  /** Why there is no attempt at present. */
  let pausedBy = '';
  /** What is shown while there is no link in use. */
  let progress: ConnectionState = { status: 'idle' };
  let isClosed = false;

  const changed = () => {
    if (!current) return store.set(progress);
    const isBehind = [...requests].some((request) => request.isBehind?.());
    store.set({ status: current.isLate() ? 'degraded' : isBehind ? 'catching-up' : 'live' });
  };
  const show = (state: ConnectionState) => {
    progress = state;
    changed();
  };
  /** Forgets the links before it closes them, so that their end is no news. */
  const hangUp = (state: ConnectionState) => {
    const links = [current, old, next];
    current = old = next = undefined;
    isRetrying = false;
    retrying();
    boarding.stop();
    idle.stop();
    for (const link of links) link?.close();
    if (!requests.size) {
      pausedBy = '';
      watch(false);
    }
    show(state);
  };
  const endAll = (reason: string, error?: GatewayError) => {
    for (const request of requests) {
      if (error) request.end(error);
      else request.abort();
    }
    backoff.reset();
    hangUp({ status: 'closed', reason, code: error?.code });
  };
  const use = (link: Link) => {
    current = link;
    boarding.board(link, requests);
    changed();
  };
  const dial = () => {
    isRetrying = false;
    if (!requests.size) return hangUp({ status: 'idle' });
    old?.close();
    const link = openCallersLink({
      ...parts,
      clock,
      random,
      page,
      onUp() {
        next = undefined;
        old = current;
        backoff.up();
        use(link);
        old?.retire(true);
      },
      onDown(reason, cause, wasUp) {
        if (link === old) {
          old = undefined;
          return;
        }
        if (link === current) {
          current = undefined;
          boarding.halt();
          // What it was to replace serves on.
          old?.retire(false);
          if (old) use(old);
          old = undefined;
        } else if (link !== next) return;
        else next = undefined;
        if (next || isRetrying) return changed();
        if (cause instanceof GatewayError && !RETRYABLE.test(cause.code) && !current) endAll(cause.message, cause);
        else retry(reason, wasUp);
      },
      onLeave() {
        if (link === current && !next && !isRetrying) retry('moving', true);
      },
      onBye: (code, why) => endAll(why, answerFailure('socket', undefined, { got: why, status: code - 4_000 })),
      onChange: changed,
    });
    next = link;
    show({ status: 'connecting', attempt: backoff.attempt() });
  };
  const retry = (reason: string, wasUp: boolean) => {
    const retryInMs = backoff.next(wasUp);
    isRetrying = true;
    retrying(retryInMs, dial);
    show({ status: 'offline', attempt: backoff.attempt(), retryInMs, reason });
  };
  const watch = pageWatch(page, {
    onAway(reason) {
      if (!requests.size) return hangUp({ status: 'idle' });
      pausedBy = reason;
      hangUp({ status: 'offline', attempt: backoff.attempt(), retryInMs: Number.POSITIVE_INFINITY, reason });
    },
    onBack(isOnline) {
      if (current) current.wake();
      else if (isOnline || pausedBy || isRetrying) {
        pausedBy = '';
        hangUp(progress);
        dial();
      }
    },
  });
  const idle = idlenessOf(alarmOf(clock), () => !requests.size && hangUp({ status: 'idle' }));

  return {
    changed,
    isUp: () => !!current,
    add(request) {
      if (isClosed) return request.abort();
      watch(true);
      requests.add(request);
      if (current) {
        boarding.board(current, [request]);
        if (request.isBehind) changed();
      } else if (!next && !isRetrying && !pausedBy) dial();
    },
    remove(request) {
      boarding.forget(request);
      if (!requests.delete(request)) return;
      if (request.isBehind) changed();
      if (!requests.size) idle.begin();
    },
    close() {
      isClosed = true;
      endAll('closed by the client');
    },
  };
}
