/**
 * What several tabs of a browser share: named locks and named channels. Types of their parts that are used here, so that a test can bring
 * its own. https://w3c.github.io/web-locks/ and https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts
 */

import type { PageEvents } from '../options.js';

/** `navigator.locks`, as far as it is used. A lock is held until what `run` gave settles, or its tab is gone. */
export interface Locks {
  request(name: string, options: LockRequest, run: () => unknown): Promise<unknown>;
}

/** `steal` takes it from whoever holds it, whose request then fails. */
export type LockRequest = { readonly signal: AbortSignal } | { readonly steal: true };

/** A BroadcastChannel: what one says, all others of its name hear, in other tabs and in its own. */
export interface Channel {
  onmessage: { handle(event: { readonly data: unknown }): void }['handle'] | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Where locks and channels come from. */
export interface TabPlatform {
  readonly locks: Locks;
  readonly channel: new (name: string) => Channel;
  /** Tells when the page goes away. */
  readonly page?: Partial<PageEvents>;
}

/** The browser's; `undefined` where it has not both. Locks are missing from pages that came by `http:` from another machine. */
export function tabPlatform(): TabPlatform | undefined {
  const { navigator, BroadcastChannel: channel } = globalThis as {
    navigator?: { readonly locks?: Locks };
    BroadcastChannel?: TabPlatform['channel'];
  };
  const locks = navigator?.locks;
  return locks && channel && { locks, channel, page: globalThis as Partial<PageEvents> };
}
