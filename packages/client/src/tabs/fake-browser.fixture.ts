/**
 * A browser with several tabs, as far as shared sockets need one: locks that are granted in turn and can be stolen, channels that reach
 * all tabs, and tabs that are killed or frozen. https://w3c.github.io/web-locks/#algorithms
 */

import { WebSocket } from 'ws';
import type { WebSocketConstructor } from '../socket/web-socket.js';
import type { Channel, LockRequest, Locks, TabPlatform } from './platform.js';

export interface FakeTab {
  readonly platform: TabPlatform;
  /** The real class; its sockets end with the tab. */
  readonly WebSocket: WebSocketConstructor;
  /** The tab is gone from one moment to the next. */
  kill(): void;
  /** Its page goes away, and is kept: it is told so, and then frozen with what it has. */
  hide(): void;
  /** Nothing reaches it through channels any more, until it thaws. */
  freeze(): void;
  thaw(): void;
}

export interface FakeBrowser {
  tab(): FakeTab;
  /** Locks that are held or waited for, and channels that are open. */
  readonly inUse: readonly string[];
}

/** One with no tabs. */
export function fakeBrowser(): FakeBrowser {
  const queues = new Map<string, Request[]>();
  const channels = new Set<FakeChannel>();
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? [];
    queues.set(name, queue);
    return queue;
  };
  /** Grants the lock to the first of its queue. */
  const grant = (name: string) => {
    const first = queueOf(name)[0];
    if (!first || first.isHeld) return;
    first.isHeld = true;
    queueMicrotask(async () => {
      if (!queueOf(name).includes(first)) return;
      const value = await first.run();
      remove(name, first);
      first.resolve(value);
    });
  };
  const remove = (name: string, request: Request) => {
    const queue = queueOf(name);
    const index = queue.indexOf(request);
    if (index >= 0) queue.splice(index, 1);
    grant(name);
  };

  return {
    get inUse() {
      return [...[...queues].filter(([, { length }]) => length).map(([name]) => name), ...[...channels].map(({ name }) => name)].sort();
    },
    tab() {
      const requests = new Set<{ readonly name: string; readonly request: Request }>();
      const sockets = new Set<WebSocket>();
      let held: (() => void)[] | undefined;
      let isKilled = false;
      const locks: Locks = {
        request: (name: string, options: LockRequest, run: () => unknown) =>
          new Promise((resolve, reject) => {
            const request: Request = { run, resolve, reject, isHeld: false };
            const queue = queueOf(name);
            requests.add({ name, request });
            if ('steal' in options) {
              const holder = queue[0]?.isHeld ? queue.shift() : undefined;
              queue.unshift(request);
              holder?.reject(new Error('AbortError: stolen'));
            } else {
              queue.push(request);
              options.signal.addEventListener('abort', () => {
                if (request.isHeld) return;
                remove(name, request);
                reject(new Error('AbortError'));
              });
            }
            grant(name);
          }),
      };
      class TabChannel implements FakeChannel {
        onmessage: Channel['onmessage'] = null;
        readonly isOf = locks;
        readonly name: string;
        constructor(name: string) {
          this.name = name;
          channels.add(this);
        }
        postMessage(message: unknown) {
          for (const other of channels) if (other !== this && other.name === this.name) other.take(structuredClone(message));
        }
        take(data: unknown) {
          const give = () => channels.has(this) && this.onmessage?.({ data });
          queueMicrotask(() => (held ? held.push(give) : give()));
        }
        close() {
          channels.delete(this);
        }
      }
      const page = new EventTarget();
      return {
        platform: { locks, channel: TabChannel, page },
        WebSocket: class extends WebSocket {
          constructor(url: string) {
            super(url);
            sockets.add(this);
            this.on('error', () => {});
          }
        },
        kill() {
          if (isKilled) return;
          isKilled = true;
          held = [];
          for (const channel of channels) if (channel.isOf === locks) channels.delete(channel);
          for (const socket of sockets) {
            socket.removeAllListeners();
            socket.on('error', () => {});
            socket.terminate();
          }
          for (const { name, request } of requests) remove(name, request);
        },
        hide() {
          page.dispatchEvent(new Event('pagehide'));
          held = [];
        },
        freeze() {
          held = [];
        },
        thaw() {
          const waiting = held ?? [];
          held = undefined;
          for (const give of waiting) give();
        },
      };
    },
  };
}

interface Request {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  isHeld: boolean;
}

interface FakeChannel extends Channel {
  readonly name: string;
  readonly isOf: Locks;
  take(data: unknown): void;
}
