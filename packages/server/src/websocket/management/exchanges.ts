/**
 * Exchanges over a bounded number of keep-alive connections. An attempt has 1 s to connect and 2 s to be answered; waiting for a free
 * connection is not counted, so callers bound what they send at once.
 *
 * A request is sent a second time in one case: the connection had been used before and its peer closed it without a byte of an answer.
 * That is how a connection ends that the peer closed while it was idle, or while the function was frozen. The peer may have taken the
 * request all the same, so it may arrive twice, both times before the exchange is over as far as anybody here can see. Who sends the next
 * only after this one keeps the order of first arrivals; a frame that came twice is dropped by our own client, and allowed by P3.8.
 */

import type { Clock } from '../clock.js';
import { SendError } from '../sender.js';
import type { Answer } from './answer.js';
import { type HttpConnection, openConnection, TICK_MS } from './connection.js';
import type { Endpoint } from './endpoint.js';

export interface ExchangesOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly maxConnections: number;
}

export interface Exchanges {
  /**
   * Sends a request; it is made when it can be written, and again when it is sent again, so that its signature is young.
   *
   * @throws SendError
   */
  send(makeRequest: () => string): Promise<Answer>;
  /** Connections at this moment. */
  readonly connections: number;
  /** Fails what is under way and closes everything; nothing can be sent any more. */
  destroy(): void;
}

/** Idle for longer, the end of a connection may be there unread: a function was frozen. It is read first. */
const UNSEEN_MS = 1_000;

/** Opens nothing until the first request. */
export function createExchanges({ endpoint, clock, maxConnections }: ExchangesOptions): Exchanges {
  const all = new Set<HttpConnection>();
  const idle: HttpConnection[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;
  let watching: AbortController | undefined;
  let destroyed = false;

  const exchangeOnNew = async (makeRequest: () => string): Promise<Answer> => {
    if (destroyed) throw destroyedError();
    const { connection, opened } = openConnection({
      endpoint,
      clock,
      onIdle: (resting) => idle.push(resting),
      onClose: (closed) => all.delete(closed),
    });
    all.add(connection);
    await opened;
    const answer = await connection.exchange(makeRequest());
    if (answer === 'unanswered') throw new SendError('failed', 'the endpoint closed a new connection without an answer');
    return answer;
  };

  const exchange = async (makeRequest: () => string): Promise<Answer> => {
    // The one that was used last, so that those which are not needed are the ones that the peer closes.
    const used = idle.pop();
    if (used === undefined) return exchangeOnNew(makeRequest);
    if (clock.now() - (used.idleSinceMs ?? 0) > UNSEEN_MS) await new Promise(setImmediate);
    const answer = await used.exchange(makeRequest());
    if (answer !== 'unanswered') return answer;
    // The others are as old, and a new connection must fit in beside them.
    for (const connection of idle.splice(0)) connection.destroy(new SendError('failed', 'the endpoint ends old connections'));
    return exchangeOnNew(makeRequest);
  };

  /** Runs while something is under way. */
  const watch = async (stop: AbortSignal) => {
    for (;;) {
      await clock.sleep(TICK_MS, stop);
      if (stop.aborted) return;
      for (const connection of all) connection.tick();
    }
  };

  /** A promise only when there is something to wait for. */
  const enter = (): Promise<void> | undefined => {
    if (busy >= maxConnections) return new Promise((resolve) => waiting.push(resolve));
    busy++;
    if (watching !== undefined) return undefined;
    watching = new AbortController();
    void watch(watching.signal);
    return undefined;
  };

  /** Hands the place on to who waits, or gives it back. */
  const leave = () => {
    const next = waiting.shift();
    if (next) return next();
    busy--;
    if (busy > 0) return;
    watching?.abort();
    watching = undefined;
  };

  return {
    send: async (makeRequest) => {
      const turn = enter();
      if (turn !== undefined) await turn;
      try {
        return await exchange(makeRequest);
      } finally {
        leave();
      }
    },
    get connections() {
      return all.size;
    },
    destroy: () => {
      destroyed = true;
      for (const connection of all) connection.destroy(destroyedError());
    },
  };
}

function destroyedError(): SendError {
  return new SendError('unreachable', 'the sender is destroyed');
}
