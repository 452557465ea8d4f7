/**
 * Exchanges over a bounded number of keep-alive connections. An attempt has 1 s to connect and 2 s to be answered; waiting for a free
 * connection is not counted, so callers bound what they send at once.
 *
 * A request is sent a second time in one case: the connection had been used before and its peer closed it without a byte of an answer.
 * That is how a connection ends that the peer closed while it was idle, or while the function was frozen. The peer may have taken the
 * request all the same, so it may arrive twice. Our own client drops the second, P3.8 allows it, and who sends the next frame only after
 * this one is answered keeps the order of first arrivals.
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

/** A burst does not open everything at once: 64 handshakes of TLS are a tenth of a second of a whole core, and a function may have less. */
const MAX_OPENING = 8;

/** Opens nothing until the first request. */
export function createExchanges({ endpoint, clock, maxConnections }: ExchangesOptions): Exchanges {
  const all = new Set<HttpConnection>();
  const idle: HttpConnection[] = [];
  /** Who has a place and no connection. */
  const wanting: { settle(connection: HttpConnection | undefined): void; fail(cause: unknown): void }[] = [];
  const waiting: (() => void)[] = [];
  let opening = 0;
  let busy = 0;
  let watching: AbortController | undefined;
  let destroyed = false;

  const open = async (): Promise<HttpConnection> => {
    if (destroyed) throw destroyedError();
    opening++;
    try {
      const { connection, opened } = openConnection({
        endpoint,
        clock,
        onIdle: (resting) => {
          const next = wanting.shift();
          if (next) next.settle(resting);
          else idle.push(resting);
        },
        onClose: (closed) => all.delete(closed),
      });
      all.add(connection);
      await opened;
      return connection;
    } catch (cause) {
      // With none that is open the others would learn the same, one after the other.
      if (all.size < opening) for (const next of wanting.splice(0)) next.fail(cause);
      throw cause;
    } finally {
      opening--;
      wanting.shift()?.settle(undefined);
    }
  };

  /** A connection that is new, or has answered just now. */
  const obtain = async (): Promise<HttpConnection> => {
    while (opening >= MAX_OPENING && !destroyed) {
      const resting = await new Promise<HttpConnection | undefined>((settle, fail) => wanting.push({ settle, fail }));
      if (resting !== undefined) return resting;
    }
    return open();
  };

  const exchange = async (makeRequest: () => string): Promise<Answer> => {
    // The one that was used last, so that those which are not needed are the ones that the peer closes.
    const connection = idle.pop() ?? (await obtain());
    if (clock.now() - (connection.idleSinceMs ?? 0) > UNSEEN_MS) await new Promise(setImmediate);
    const answer = await connection.exchange(makeRequest());
    if (answer !== 'unanswered') return answer;
    if (!connection.used) throw new SendError('failed', 'the endpoint closed a new connection without an answer');
    // The others are as old, and a new connection must fit in beside them.
    for (const old of idle.splice(0)) old.destroy(new SendError('failed', 'the endpoint ends old connections'));
    const second = await (await obtain()).exchange(makeRequest());
    if (second === 'unanswered') throw new SendError('failed', 'the endpoint closed two connections without an answer');
    return second;
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
      for (const next of wanting.splice(0)) next.fail(destroyedError());
    },
  };
}

function destroyedError(): SendError {
  return new SendError('unreachable', 'the sender is destroyed');
}
