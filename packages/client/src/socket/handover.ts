/**
 * The links of a connection: the one in use, a second one that is being opened to follow it, and the one that it has followed, which serves on
 * until all that was on it goes on elsewhere. PROTOCOL.md P3.11 and P3.21.
 */

import { type CallersLinkOwner, openCallersLink } from './callers-link.js';
import type { Link, LinkOwner } from './link.js';
import type { SocketParts } from './socket-engine.js';

/** Who hears of them. */
export interface HandoverOwner extends Pick<LinkOwner, 'onUp' | 'onBye' | 'onChange'> {
  /** Another one is in use from now on: one that is up, or the one before it again. */
  onUse(): void;
  /** The one in use, or the one that was being opened, is down. */
  readonly onDown: CallersLinkOwner['onDown'];
  /** It is time to open a second one. */
  onLeave(): void;
}

/** At most two links that are up. */
export interface Handover {
  /** The one in use. */
  current(): Link | undefined;
  isOpening(): boolean;
  /** Begins to open the next one. */
  open(): void;
  /** Forgets all before it closes them, so that their end is no news. */
  hangUp(): void;
}

/** Opens nothing yet. */
export function handoverOf(parts: SocketParts, { onUse, onDown, onLeave, ...owner }: HandoverOwner): Handover {
  let current: Link | undefined;
  let old: Link | undefined;
  let next: Link | undefined;
  return {
    current: () => current,
    isOpening: () => !!next,
    open() {
      old?.close();
      const link = openCallersLink({
        ...parts,
        ...owner,
        onUp() {
          next = undefined;
          old = current;
          current = link;
          owner.onUp();
          onUse();
          old?.retire(true);
        },
        onDown(...why) {
          if (link === current) {
            // What it was to replace serves on.
            current = old;
            old = undefined;
            current?.retire(false);
            if (current) onUse();
          } else if (link === next) next = undefined;
          else {
            if (link === old) old = undefined;
            return;
          }
          onDown(...why);
        },
        onLeave() {
          if (link === current && !next) onLeave();
        },
      });
      next = link;
    },
    hangUp() {
      const links = [current, old, next];
      current = old = next = undefined;
      for (const link of links) link?.close();
    },
  };
}
