/**
 * The connection that outlives its links: opens one when there is something to do, another when it breaks, and a second one before the
 * first is closed when the server asks. Requests are told which link to use; what they do with a new one is their business.
 * PROTOCOL.md P3.11 and P3.14.
 *
 *               add                 up
 *     idle ───────────▶ connecting ───────▶ open ──┐ leave: a second link opens while the first serves
 *      ▲ linger           ▲     │ down       │ ◀───┘
 *      │            retry │     ▼            │ down
 *      ├─────────────── waiting ◀────────────┘
 *      └── from any state: close ──▶ closed
 */

import { GatewayError } from '@org/gateway-core/errors';
import { alarmOf, systemClock } from '../clock.js';
import type { ConnectionState, ConnectionStore } from '../connection-state.js';
import type { GatewayClientOptions, NetworkEvents } from '../options.js';
import { FIRST_RETRY_MS, LINGER_MS, MAX_RETRY_MS, STABLE_MS } from './limits.js';
import { type Link, openLink } from './link.js';

/** Something that needs the connection. */
export interface SocketRequest {
  /** A link is up: go on there. */
  start(link: Link): void;
  /** It cannot go on. */
  end(error: GatewayError): void;
  /** The client was closed. */
  abort(): void;
}

/** Keeps a link open as long as there are requests. */
export interface SocketConnection {
  /** Starts a request, now or when there is a link. Adding one again starts it again. */
  add(request: SocketRequest): void;
  /** The request has ended. The link stays a moment for the next one. */
  remove(request: SocketRequest): void;
  /** Ends every request and the connection. */
  close(): void;
}

/** Opens nothing yet. */
export function socketConnection(options: GatewayClientOptions, store: ConnectionStore): SocketConnection {
  const {
    clock = systemClock,
    maxRetryDelayMs = MAX_RETRY_MS,
    random = Math.random,
    network = globalThis as Partial<NetworkEvents>,
  } = options;
  const requests = new Set<SocketRequest>();
  const stable = alarmOf(clock);
  const linger = alarmOf(clock);
  /** The link in use. */
  let current: Link | undefined;
  /** The link that is being opened, or the wait until then. */
  let next: Pick<Link, 'retire'> | undefined;
  /** What is shown while there is no link in use. */
  let progress: ConnectionState;
  /** The number of the attempt that is made or comes next, since the connection was last stable. */
  let attempt = 1;
  let isClosed = false;

  const show = (state: ConnectionState) => {
    progress = state;
    if (!current) store.set(state);
  };
  /** Forgets the links before it closes them, so that their end is no news. */
  const reset = () => {
    const links = [current, next];
    current = next = undefined;
    attempt = 1;
    stable();
    linger();
    for (const link of links) link?.retire();
  };
  const hangUp = () => {
    reset();
    store.set({ status: isClosed ? 'closed' : 'idle' });
  };
  const endAll = (error?: GatewayError) => {
    for (const request of requests) {
      if (error) request.end(error);
      else request.abort();
    }
    hangUp();
  };
  const dial = () => {
    if (!requests.size) return hangUp();
    const link = openLink(options, clock, {
      onUp() {
        const replaced = current;
        current = link;
        next = undefined;
        stable(STABLE_MS, () => (attempt = 1));
        for (const request of requests) request.start(link);
        replaced?.retire();
        store.set({ status: 'open' });
      },
      onDown(reason, cause) {
        if (link === next) next = undefined;
        else if (link === current) {
          current = undefined;
          stable();
        } else return;
        if (next) show(progress);
        else if (cause instanceof GatewayError && !current) endAll(cause);
        else retry(reason);
      },
      onLeave() {
        if (link === current && !next) retry('moving');
      },
    });
    next = link;
    show({ status: 'connecting', attempt });
  };
  /** Tries to open another link: at once the first time, then with full jitter. */
  const retry = (reason: string) => {
    const retryInMs = attempt > 1 ? random() * Math.min(maxRetryDelayMs, FIRST_RETRY_MS * 2 ** (attempt - 2)) : 0;
    attempt += 1;
    next = { retire: clock.after(retryInMs, dial) };
    show({ status: 'waiting', attempt, retryInMs, reason });
  };
  /** What looked well before the network changed may be dead. */
  const onNetwork = ({ type }: Event) => {
    if (type === 'offline') current?.drop(type);
    else if (current) current.probe();
    else {
      reset();
      dial();
    }
  };
  const listen = (change: 'addEventListener' | 'removeEventListener') => {
    for (const type of ['online', 'offline']) network[change]?.(type, onNetwork);
  };

  return {
    add(request) {
      if (isClosed) return request.abort();
      if (!requests.size) listen('addEventListener');
      requests.add(request);
      linger();
      if (current) request.start(current);
      else if (!next) dial();
    },
    remove(request) {
      if (!requests.delete(request) || requests.size) return;
      listen('removeEventListener');
      linger(LINGER_MS, hangUp);
    },
    close() {
      isClosed = true;
      endAll();
    },
  };
}
