/**
 * `PartStore` in memory, for tests and for a server that is one process.
 */

import type { Clock } from '../websocket/clock.js';
import { joined, PARTS_KEPT_MS, type Part, type PartStore } from './part-store.js';

/** No parts yet. */
export function createMemoryPartStore({ clock }: { readonly clock: Clock }): PartStore & { readonly size: number } {
  const messages = new Map<string, { readonly parts: Map<number, Part>; readonly expiresAtMs: number; isTaken: boolean }>();
  return {
    get size() {
      return [...messages.values()].filter(({ expiresAtMs }) => expiresAtMs > clock.now()).length;
    },
    add: async (connectionId, part) => {
      const name = `${connectionId}#${part.k}`;
      const known = messages.get(name);
      const fresh = { parts: new Map<number, Part>(), expiresAtMs: clock.now() + PARTS_KEPT_MS, isTaken: false };
      const message = known && known.expiresAtMs > clock.now() ? known : fresh;
      messages.set(name, message);
      message.parts.set(part.i, part);
      const text = message.isTaken ? undefined : joined([...message.parts.values()], part.n);
      if (text === undefined) return undefined;
      message.isTaken = true;
      message.parts.clear();
      return text;
    },
  };
}
