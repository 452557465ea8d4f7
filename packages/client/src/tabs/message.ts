/**
 * What the tabs of one page say to each other: each end of a shared connection has a key, made by its tab and never used twice; the tab
 * that leads names itself in all it says, so that one that was replaced without knowing is not listened to. Nothing here runs.
 */

/** From a tab to the one that leads. */
export type SeatMessage =
  /** Wants a connection; whoever leads may take it. */
  | { readonly type: 'open'; readonly key: string; readonly tab: string; readonly url: string }
  | { readonly type: 'send'; readonly key: string; readonly hub: string | undefined; readonly text: string }
  /** Leaves it. `isDead` says that the server no longer answers. */
  | { readonly type: 'close'; readonly key: string; readonly isDead: boolean };

/** From the tab that leads to all others. */
export type HubMessage =
  /** Leads from now on. */
  | { readonly type: 'lead'; readonly hub: string }
  /** Has places for the keys, and a connection or the hope of one. */
  | { readonly type: 'taken'; readonly hub: string; readonly keys: readonly string[] }
  /** Is connected: ids of requests come after `firstId`, and the server knows the connection as `session`. */
  | {
      readonly type: 'opened';
      readonly hub: string;
      readonly keys: readonly string[];
      readonly firstId: number;
      readonly session: string | null;
    }
  | { readonly type: 'text'; readonly hub: string; readonly keys: readonly string[]; readonly text: unknown }
  | { readonly type: 'closed'; readonly hub: string; readonly keys: readonly string[]; readonly code: number; readonly reason: string };

export type TabMessage = SeatMessage | HubMessage;
