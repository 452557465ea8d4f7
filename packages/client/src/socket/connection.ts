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
import { alarmOf, systemClock } from '../clock.js';
import type { ConnectionState, ConnectionStore } from '../connection-state.js';
import { answerFailure } from '../failure.js';
import type { GatewayClientOptions, PageEvents } from '../options.js';
import { FIRST_RETRY_MS, LINGER_MS, MAX_RETRY_MS, PATIENT_AFTER, PATIENT_RETRY_MS, STABLE_MS, SUBSCRIPTIONS_PER_SECOND } from './limits.js';
import { type Link, openLink } from './link.js';
import { makeWebSocket } from './make-web-socket.js';

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

/** What a page tells: of the network, of itself. Captured, because some are told to the document only. */
const PAGE_EVENTS = ['online', 'offline', 'pagehide', 'pageshow', 'visibilitychange', 'resume'];

/** Opens nothing yet. */
export function socketConnection(options: GatewayClientOptions, session: string, store: ConnectionStore): SocketConnection {
  const { clock = systemClock, maxRetryDelayMs, random = Math.random, page = globalThis as Partial<PageEvents> } = options;
  const requests = new Set<SocketRequest>();
  /** Those that have to be started on the link in use. */
  const waiting = new Set<SocketRequest>();
  const stable = alarmOf(clock);
  const linger = alarmOf(clock);
  const retrying = alarmOf(clock);
  const pace = alarmOf(clock);
  let budget = SUBSCRIPTIONS_PER_SECOND;
  /** The link in use, the one it replaces, and the one that is being opened. */
  let current: Link | undefined;
  let old: Link | undefined;
  let next: Link | undefined;
  let isRetrying = false;
  /** Why there is no attempt at present. */
  let pausedBy = '';
  /** What is shown while there is no link in use. */
  let progress: ConnectionState = { status: 'idle' };
  /** The number of the attempt that is made or comes next, since the connection was last stable. */
  let attempt = 1;
  let isClosed = false;

  const changed = () => {
    if (!current) store.set(progress);
    else {
      const isBehind = [...requests].some((request) => request.isBehind?.());
      const status = current.isLate() ? 'degraded' : isBehind ? 'catching-up' : 'live';
      // Most calls change nothing, and comparing whole states takes longer than they do.
      if (status !== store.state.status) store.set({ status });
    }
  };
  const show = (state: ConnectionState) => {
    progress = state;
    changed();
  };
  /** Forgets the links before it closes them, so that their end is no news. */
  const hangUp = (state: ConnectionState) => {
    const links = [current, old, next];
    budget = SUBSCRIPTIONS_PER_SECOND;
    current = old = next = undefined;
    isRetrying = false;
    for (const alarm of [stable, linger, retrying, pace]) alarm();
    for (const link of links) link?.close();
    show(state);
  };
  const endAll = (reason: string, error?: GatewayError) => {
    for (const request of requests) {
      if (error) request.end(error);
      else request.abort();
    }
    attempt = 1;
    hangUp({ status: 'closed', reason });
  };
  /** Starts what waits, subscriptions at a pace. */
  const startWaiting = () => {
    for (const request of waiting) {
      if (request.isBehind) {
        if (budget === SUBSCRIPTIONS_PER_SECOND) pace(1_000, refill);
        if (!budget) continue;
        budget -= 1;
      }
      waiting.delete(request);
      request.start(current!);
    }
  };
  const refill = () => {
    budget = SUBSCRIPTIONS_PER_SECOND;
    if (current) startWaiting();
  };
  const use = (link: Link) => {
    current = link;
    for (const request of requests) waiting.add(request);
    startWaiting();
    changed();
  };
  const dial = () => {
    isRetrying = false;
    if (!requests.size) return hangUp({ status: 'idle' });
    old?.close();
    let wasUp = false;
    const link = openLink({
      clock,
      random,
      page,
      fetch: options.fetch,
      make: () => makeWebSocket(options, session),
      onUp() {
        wasUp = true;
        next = undefined;
        old = current;
        stable(STABLE_MS, () => (attempt = 1));
        use(link);
        old?.retire(true);
      },
      onDown(reason, cause) {
        if (link === old) {
          old = undefined;
          return;
        }
        if (link === current) {
          stable();
          current = undefined;
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
    show({ status: 'connecting', attempt });
  };
  /** Tries to open another link: at once after a good one, else with full jitter. */
  const retry = (reason: string, wasUp: boolean) => {
    const capMs = maxRetryDelayMs ?? (attempt > PATIENT_AFTER ? PATIENT_RETRY_MS : MAX_RETRY_MS);
    const retryInMs = wasUp && attempt === 1 ? 0 : random() * Math.min(capMs, FIRST_RETRY_MS * 2 ** (attempt - 1));
    attempt += 1;
    isRetrying = true;
    retrying(retryInMs, dial);
    show({ status: 'offline', attempt, retryInMs, reason });
  };
  /** What looked well before the page or the network was away may be dead. */
  const onPage = ({ type }: { readonly type: string }) => {
    if (type === 'visibilitychange' && page.document?.hidden) return;
    if (type === 'offline' || type === 'pagehide') {
      pausedBy = type;
      hangUp({ status: 'offline', attempt, retryInMs: Number.POSITIVE_INFINITY, reason: type });
    } else if (current) current.wake();
    else if (type === 'online' || pausedBy || isRetrying) {
      pausedBy = '';
      hangUp(progress);
      dial();
    }
  };
  const listen = (change: 'addEventListener' | 'removeEventListener') => {
    for (const type of PAGE_EVENTS) page[change]?.(type, onPage, { capture: true });
  };

  return {
    changed,
    isUp: () => !!current,
    add(request) {
      if (isClosed) return request.abort();
      if (!requests.size) listen('addEventListener');
      requests.add(request);
      linger();
      if (current) {
        waiting.add(request);
        startWaiting();
        changed();
      } else if (!next && !isRetrying && !pausedBy) dial();
    },
    remove(request) {
      waiting.delete(request);
      if (!requests.delete(request)) return;
      changed();
      if (requests.size) return;
      listen('removeEventListener');
      pausedBy = '';
      linger(LINGER_MS, () => hangUp({ status: 'idle' }));
    },
    close() {
      isClosed = true;
      endAll('closed by the client');
    },
  };
}
