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

import type { GatewayError } from '@org/gateway-core/errors';
import { alarmOf } from '../alarm.js';
import type { ConnectionState } from '../connection-state.js';
import { backoffOf } from './backoff.js';
import { boardingOf } from './boarding.js';
import { handoverOf } from './handover.js';
import { LINGER_MS } from './limits.js';
import type { Link } from './link.js';
import { pageWatch } from './page-watch.js';
import type { SocketParts } from './socket-engine.js';

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

/** Opens nothing yet. */
export function socketConnection(parts: SocketParts): SocketConnection {
  const { store, clock, page, GatewayError, answerFailure } = parts;
  const requests = new Set<SocketRequest>();
  const backoff = backoffOf(parts);
  const retrying = alarmOf(clock);
  const lingering = alarmOf(clock);
  /** What is shown while there is no link in use. `offline`: an attempt comes when the alarm rings or the page is back. */
  let progress: ConnectionState = { status: 'idle' };
  let isClosed = false;

  const changed = () => {
    const link = links.current();
    if (!link) return store.set(progress);
    const isBehind = [...requests].some((request) => request.isBehind?.());
    store.set({ status: link.isLate() ? 'degraded' : isBehind ? 'catching-up' : 'live' });
  };
  const show = (state: ConnectionState) => {
    progress = state;
    changed();
  };
  const waitsToDial = () => progress.status === 'offline';
  const hangUp = (state: ConnectionState) => {
    retrying();
    lingering();
    boarding.stop();
    links.hangUp();
    if (!requests.size) watch(false);
    show(state);
  };
  const rest = () => {
    if (!requests.size) hangUp({ status: 'idle' });
  };
  const endAll = (reason: string, error?: GatewayError) => {
    for (const request of requests) {
      if (error) request.end(error);
      else request.abort();
    }
    backoff.reset();
    hangUp({ status: 'closed', reason, code: error?.code });
  };
  const dial = () => {
    if (!requests.size) return rest();
    links.open();
    show({ status: 'connecting', attempt: backoff.attempt() });
  };
  const retry = (reason: string, wasUp: boolean) => {
    const retryInMs = backoff.next(wasUp);
    retrying(retryInMs, dial);
    show({ status: 'offline', attempt: backoff.attempt(), retryInMs, reason });
  };
  const links = handoverOf(parts, {
    onUp: backoff.up,
    onUse() {
      boarding.board(requests);
      changed();
    },
    onDown(reason, cause, wasUp) {
      if (links.isOpening() || waitsToDial()) return changed();
      const isFinal = cause instanceof GatewayError && !RETRYABLE.test(cause.code) && !links.current();
      if (isFinal) endAll(cause.message, cause);
      else retry(reason, wasUp);
    },
    onLeave() {
      if (!waitsToDial()) retry('moving', true);
    },
    onBye: (code, why) => endAll(why, answerFailure('socket', undefined, { got: why, status: code - 4_000 })),
    onChange: changed,
  });
  const boarding = boardingOf(clock, links.current);
  const watch = pageWatch(page, {
    onAway(reason) {
      if (!requests.size) return rest();
      hangUp({ status: 'offline', attempt: backoff.attempt(), retryInMs: Number.POSITIVE_INFINITY, reason });
    },
    onBack(isOnline) {
      const link = links.current();
      if (link) link.wake();
      else if (isOnline || waitsToDial()) {
        hangUp(progress);
        dial();
      }
    },
  });

  return {
    changed,
    isUp: () => !!links.current(),
    add(request) {
      if (isClosed) return request.abort();
      watch(true);
      requests.add(request);
      if (links.current()) {
        boarding.board([request]);
        if (request.isBehind) changed();
      } else if (!links.isOpening() && !waitsToDial()) dial();
    },
    remove(request) {
      boarding.forget(request);
      if (!requests.delete(request)) return;
      if (request.isBehind) changed();
      if (!requests.size) lingering(LINGER_MS, rest);
    },
    close() {
      isClosed = true;
      endAll('closed by the client');
    },
  };
}
