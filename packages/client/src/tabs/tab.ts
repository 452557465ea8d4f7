/**
 * One tab's end: the places it has on connections of the tab that leads, and its own wish to lead. It takes part while it has places, or
 * others need it.
 *
 *     outside ──first place──▶ follows ──lock granted, or taken from a leader that is silent──▶ leads ──taken from it──▶ follows
 *        ▲                        │ last place left                                              │ last place of all tabs left
 *        └────────────────────────┴──────────────────────────────────────────────────────────────┘
 */

import { type Alarm, alarmOf } from '../alarm.js';
import type { Clock } from '../clock.js';
import type { WebSocketConstructor, WebSocketLike } from '../socket/web-socket.js';
import { type Hub, openHub } from './hub.js';
import type { HubMessage, SeatMessage, TabMessage } from './message.js';
import type { Channel, TabPlatform } from './platform.js';

/** How long a leader may take to answer before another tab leads: its page is frozen, or its thread blocked. */
export const SILENT_LEADER_MS = 3_000;

/** Code of a connection that broke. RFC 6455, section 7.1.5 */
const BROKEN = 1006;

/** What has a place: a socket that is told its number, and nothing but that of what is said here. */
export type Occupant = WebSocketLike & { firstId: number };

/** A place on a connection. */
export interface Place {
  send(text: string): void;
  /** `isDead`: the server no longer answers, so that the others leave the connection too. */
  close(code: number, isDead: boolean): void;
}

/** This tab: gives a socket a place on a connection to an address. */
export type Tab = (socket: Occupant, url: string) => Place;

/** What it is made of. */
export interface TabParts extends TabPlatform {
  /** Tabs of one name share connections. */
  readonly name: string;
  readonly clock: Clock;
  readonly WebSocket: WebSocketConstructor;
  readonly newId: () => string;
}

/** Takes no part yet. */
export function tabOf(parts: TabParts): Tab {
  const { name, clock, locks, channel: Channel, page, newId } = parts;
  const tab = `${name} ${newId()}`;
  const seats = new Map<string, Seat>();
  /** What the server knows the shared connection as. It outlives its leader, so that a key is still the same caller's. P3.23 */
  let session: string | null = null;
  let membership: Membership | undefined;

  const say = (message: SeatMessage) => membership?.channel.postMessage(message);
  const ask = (key: string, { url, silence }: Seat) => {
    if (!membership?.isHere) return;
    say({ type: 'open', key, tab, url });
    silence(SILENT_LEADER_MS, () => lead({ steal: true }));
  };
  const end = (key: string, code: number, reason = '') => {
    const seat = seats.get(key);
    seat?.silence();
    seats.delete(key);
    seat?.socket.onclose?.({ code, reason });
  };
  /** Leads when its turn comes, or at once. */
  const lead = (how?: { readonly steal: true }) => {
    const member = membership;
    if (!member) return;
    member.turn.abort();
    member.turn = new AbortController();
    let hub: Hub | undefined;
    const run = () =>
      new Promise<void>((resolve) => {
        // A lock that is taken from somebody comes also when it is not wanted any more.
        if (member !== membership) return resolve();
        hub = openHub({ ...parts, hub: newId(), session, onIdle: settle });
        member.hub = hub;
        member.left.signal.addEventListener('abort', () => resolve());
      });
    // It fails when it is not wanted any more, and when another tab took it.
    locks.request(name, how ?? { signal: member.turn.signal }, run).catch(() => {
      hub?.close();
      if (!hub || member.hub !== hub) return;
      member.hub = undefined;
      if (member === membership) lead();
    });
  };
  const join = () => {
    const channel = new Channel(name);
    const member: Membership = { channel, left: new AbortController(), turn: new AbortController(), isHere: false };
    membership = member;
    page?.addEventListener?.('pagehide', hide);
    channel.onmessage = ({ data }) => hear(data as TabMessage as HubMessage);
    // Whoever leads asks for this lock, and gets it when this tab is gone.
    const stay = () =>
      new Promise<void>((resolve) => {
        member.left.signal.addEventListener('abort', () => resolve());
        member.isHere = true;
        for (const [key, seat] of seats) ask(key, seat);
      });
    locks.request(tab, { signal: member.left.signal }, stay).catch(() => {});
    lead();
  };
  /** Goes, unless somebody here or elsewhere needs it. */
  const settle = () => {
    if (!seats.size && membership?.hub?.isIdle !== false) leave();
  };
  const leave = () => {
    if (!membership) return;
    const { hub, channel, turn, left } = membership;
    membership = undefined;
    page?.removeEventListener?.('pagehide', hide);
    hub?.close();
    turn.abort();
    left.abort();
    channel.close();
  };
  /** No task may run after it, and a page that is kept for the way back keeps its sockets: the others are not to wait for it. */
  const hide = () => {
    for (const key of [...seats.keys()]) end(key, BROKEN);
    leave();
  };
  const hear = (message: HubMessage) => {
    const { type, hub } = message;
    // What the other tabs say to their leader comes here too, and has no keys.
    for (const key of type === 'lead' ? [...seats.keys()] : (message.keys ?? [])) {
      const seat = seats.get(key);
      if (!seat) continue;
      const isOurs = seat.hub === hub;
      if (type === 'lead') {
        if (!seat.hub) ask(key, seat);
        else if (!isOurs) end(key, BROKEN);
      } else if (type === 'taken' && !seat.hub) {
        seat.hub = hub;
        seat.silence();
      } else if (type === 'opened' && isOurs) {
        session = message.session;
        seat.socket.firstId = message.firstId;
        seat.socket.onopen?.({});
      } else if (type === 'text' && isOurs) seat.socket.onmessage?.({ data: message.text });
      else if (type === 'closed' && isOurs) end(key, message.code, message.reason);
    }
    settle();
  };

  return (socket, url) => {
    const key = newId();
    const seat: Seat = { socket, url, silence: alarmOf(clock) };
    seats.set(key, seat);
    if (membership) ask(key, seat);
    else join();
    return {
      send: (text) => say({ type: 'send', key, hub: seat.hub, text }),
      close(code, isDead) {
        // A leader's own places are gone at once: its page may be, too, before it hears itself.
        membership?.hub?.leave(key, isDead);
        say({ type: 'close', key, isDead });
        end(key, code);
        settle();
      },
    };
  };
}

/** What this tab has while it takes part. */
interface Membership {
  readonly channel: Channel;
  readonly left: AbortController;
  /** Its wait for the lead. */
  turn: AbortController;
  /** It has its own lock. */
  isHere: boolean;
  hub?: Hub | undefined;
}

interface Seat {
  readonly socket: Occupant;
  readonly url: string;
  /** Rings when no leader answers. */
  readonly silence: Alarm;
  /** Who took it. */
  hub?: string;
}
