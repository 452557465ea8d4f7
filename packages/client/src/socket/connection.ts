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

import type { GatewayError } from '@org/gateway-core/errors';
import type { Clock } from '../clock.js';
import type { ConnectionState, ConnectionStore } from '../connection-state.js';
import type { GatewayClientOptions, NetworkEvents } from '../options.js';
import { type Link, openLink } from './link.js';

/** Something that needs the connection. */
export interface SocketRequest {
  /** A link is up: go on there. */
  start(link: Link): void;
  /** It cannot go on; without an error, because the client was closed. */
  end(error?: GatewayError): void;
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

/** A link that has been up for this long counts as good: after it breaks, the next attempt is made at once. */
const STABLE_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LINGER_MS = 1_000;

/** Opens nothing yet. */
export function socketConnection(options: GatewayClientOptions, clock: Clock, state: ConnectionStore): SocketConnection {
  const { maxRetryDelayMs = 5_000, random = Math.random, network = globalThis as Partial<NetworkEvents> } = options;
  const requests = new Set<SocketRequest>();
  /** The link in use, and the one that is being opened. */
  let current: Link | undefined;
  let next: Link | undefined;
  /** Attempts and links that failed since the connection was last stable. */
  let failures = 0;
  let cancelRetry: (() => void) | undefined;
  let cancelStable = () => {};
  let cancelLinger = () => {};

  const stopRetry = () => {
    cancelRetry?.();
    cancelRetry = undefined;
  };
  const hangUp = () => {
    const links = [current, next];
    current = next = undefined;
    failures = 0;
    cancelStable();
    cancelLinger();
    stopRetry();
    for (const link of links) link?.close();
    if (state.state.status !== 'closed') state.set({ status: 'idle' });
  };
  const endAll = (error?: GatewayError) => {
    for (const request of requests) request.end(error);
    hangUp();
  };
  /** What is shown while there is no link in use. */
  const show = (shown: Omit<ConnectionState & { status: 'waiting' }, 'attempt'> | { readonly status: 'connecting' }) => {
    if (!current) state.set({ ...shown, attempt: failures + 1 });
  };
  const dial = () => {
    stopRetry();
    const link = openLink(options, clock, {
      onUp() {
        const replaced = current;
        current = link;
        next = undefined;
        cancelStable();
        cancelStable = clock.after(STABLE_MS, () => (failures = 0), true);
        state.set({ status: 'open' });
        for (const request of requests) request.start(link);
        replaced?.retire();
      },
      onDown(reason, error) {
        if (link === next) next = undefined;
        else if (link === current) {
          current = undefined;
          cancelStable();
        } else return;
        if (next) show({ status: 'connecting' });
        else if (error && !current) endAll(error);
        else retry(reason);
      },
      onLeave() {
        if (link === current && !next && !cancelRetry) retry('moving');
      },
    });
    next = link;
    show({ status: 'connecting' });
  };
  /** Tries to open another link: at once the first time, then with full jitter. */
  const retry = (reason: string) => {
    if (!requests.size) return hangUp();
    const retryInMs = failures && random() * Math.min(maxRetryDelayMs, FIRST_RETRY_MS * 2 ** (failures - 1));
    failures += 1;
    show({ status: 'waiting', retryInMs, reason });
    stopRetry();
    cancelRetry = clock.after(retryInMs, dial);
  };
  /** What looked well before the network changed may be dead. */
  const onNetwork = ({ type }: Event) => {
    if (type === 'offline') current?.abandon(type);
    else if (current) current.probe();
    else if (next) next.abandon(type);
    else dial();
  };
  const listen = (change: 'addEventListener' | 'removeEventListener') => {
    for (const type of ['online', 'offline']) network[change]?.(type, onNetwork);
  };

  return {
    add(request) {
      if (state.state.status === 'closed') return request.end();
      if (!requests.size) listen('addEventListener');
      requests.add(request);
      cancelLinger();
      if (current) request.start(current);
      else if (!next && !cancelRetry) dial();
    },
    remove(request) {
      if (!requests.delete(request) || requests.size) return;
      listen('removeEventListener');
      cancelLinger = clock.after(LINGER_MS, hangUp);
    },
    close() {
      state.set({ status: 'closed' });
      endAll();
    },
  };
}
