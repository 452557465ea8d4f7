/**
 * The client's part that speaks over the socket, whose code is loaded with the first subscription or the first call over it: a page that
 * has neither is spared it. Until it is here, what needs it waits in its order. Code that cannot be had is a connection that failed: it is
 * asked for again after a while.
 */

import type { Call } from '../call.js';
import type { Feed } from './feed.js';
import type { SocketEngine, SocketOwner } from './socket-engine.js';

/** The longest wait before the code is asked for again, by chance. */
const RELOAD_MS = 5_000;

const DONE = { done: true, value: undefined } as const;

/** Calls and loops over the socket. */
export interface LateSocket {
  carry(call: Call): void;
  /** A loop over the feed that is opened as soon as that can be, unless it is aborted or left before. */
  loop(signal: AbortSignal | null | undefined, open: (engine: SocketEngine) => Feed): Pick<Feed, 'next' | 'return'>;
  /** Ends all of it, for good. */
  close(): void;
}

let code: typeof import('./socket-engine.js') | undefined;

/** Loads the code now, so that the first who needs it does not wait. What is here is here at once for every other client. */
export async function loadSocket(): Promise<typeof import('./socket-engine.js')> {
  code ??= await import('./socket-engine.js');
  return code;
}

/** Loads nothing yet. */
export function lateSocket(owner: SocketOwner): LateSocket {
  const { store, clock, random = Math.random } = owner;
  /** Each is called once: with the engine, or without when the client was closed. */
  const waiting = new Set<(engine?: SocketEngine) => void>();
  let engine: SocketEngine | undefined;
  let isClosed = false;
  let attempt = 1;
  let cancelReload = () => {};

  const settle = () => {
    for (const begin of waiting) begin(engine);
    waiting.clear();
  };
  const load = () => {
    cancelReload();
    loadSocket().then(
      ({ socketEngine }) => {
        if (isClosed) return;
        engine ??= socketEngine(owner);
        settle();
      },
      (cause) => {
        if (!waiting.size) return store.set({ status: 'idle' });
        const retryInMs = random() * RELOAD_MS;
        attempt += 1;
        cancelReload = clock.after(retryInMs, load);
        store.set({ status: 'offline', attempt, retryInMs, reason: cause.message });
      },
    );
  };
  const wait = (begin: (engine?: SocketEngine) => void) => {
    if (engine || isClosed) begin(engine);
    else if (waiting.add(begin).size === 1) load();
  };

  return {
    carry(call) {
      wait((here) => {
        if (!here) call.abort();
        else if (!call.ended) here.carry(call);
      });
    },
    loop(signal, open) {
      let feed: Feed | undefined;
      let leave = () => {};
      const begun = new Promise<void>((resolve) => {
        const begin = (here?: SocketEngine) => {
          feed = here && open(here);
          resolve();
        };
        leave = () => {
          if (waiting.delete(begin)) resolve();
        };
        signal?.addEventListener('abort', leave);
        if (signal?.aborted) resolve();
        else wait(begin);
      });
      void begun.then(() => signal?.removeEventListener('abort', leave));
      return {
        next: () => begun.then(() => feed?.next() ?? DONE),
        return() {
          leave();
          return begun.then(() => feed?.return() ?? DONE);
        },
      };
    },
    close() {
      if (engine) return engine.close();
      isClosed = true;
      cancelReload();
      settle();
      store.set({ status: 'closed', reason: 'closed by the client' });
    },
  };
}
