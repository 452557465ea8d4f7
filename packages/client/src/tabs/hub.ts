/**
 * The end of a shared connection in the tab that leads: the real WebSockets, and which places of which tabs are on each. Places get ranges
 * of request ids of their own, so that frames pass as they are, and an answer's id says whose it is; what answers nobody is for all.
 *
 * A tab that asks again while it is on the newest connection wants another one: it moves, or the old one is of no use to it. The others
 * follow when they ask themselves. A tab holds a lock by its own name, which tells when it is gone.
 */

import { readJson } from '../json.js';
import type { WebSocketConstructor, WebSocketLike } from '../socket/web-socket.js';
import type { HubMessage, SeatMessage, TabMessage } from './message.js';
import type { TabPlatform } from './platform.js';

/** Requests of one place on one connection, which ends within two hours. */
export const IDS_PER_SEAT = 10_000_000;

/** What a hub is made of. */
export interface HubParts extends TabPlatform {
  /** Of the channel that the tabs share. */
  readonly name: string;
  /** Its own. */
  readonly hub: string;
  readonly WebSocket: WebSocketConstructor;
  /** What the server knew the former leader's connection as. */
  readonly session: string | null;
  /** Nobody is connected any more. */
  onIdle(): void;
}

export interface Hub {
  readonly isIdle: boolean;
  /** Takes a place away, as its tab asks for by `close`. A place that is not here is none of its business. */
  leave(key: string, isDead: boolean): void;
  /** Closes all connections, and tells nobody: their ends find out from the next leader, or by its absence. */
  close(): void;
}

/** Leads: tells all tabs, and takes what they ask for. */
export function openHub({ name, hub, locks, channel: Channel, WebSocket, session, onIdle }: HubParts): Hub {
  const channel = new Channel(name);
  const gone = new AbortController();
  const seats = new Map<string, Seat>();
  const watched = new Set<string>();
  const lines: Line[] = [];
  let lastSeat = 0;

  const tell = (message: HubMessage) => channel.postMessage(message);
  const keysOn = (line: Line) => [...seats].flatMap(([key, seat]) => (seat.line === line ? [key] : []));
  const opened = (key: string) => tell({ type: 'opened', hub, keys: [key], firstId: seats.get(key)?.firstId ?? 0, session });
  /** The connection is over, for whatever reason, or to be left. */
  const end = (line: Line, code: number, reason = '') => {
    const index = lines.indexOf(line);
    if (index < 0) return;
    lines.splice(index, 1);
    const keys = keysOn(line);
    for (const key of keys) seats.delete(key);
    line.socket.close();
    tell({ type: 'closed', hub, keys, code, reason });
    if (!seats.size) onIdle();
  };
  const hear = (line: Line, text: unknown) => {
    const message = readJson(text) as
      | { readonly id?: unknown; readonly method?: unknown; readonly params?: { readonly n?: unknown } }
      | undefined;
    if (message?.method === 'reconnect') line.isLeft = true;
    const number = Number(message?.method === 'gw.sync' ? message.params?.n : (message?.id ?? Number.NaN));
    const owner = [...seats].find(([, { firstId }]) => number > firstId && number <= firstId + IDS_PER_SEAT);
    tell({ type: 'text', hub, keys: owner ? [owner[0]] : keysOn(line), text });
  };
  const dial = (address: string): Line => {
    const url = new URL(address);
    if (session) url.searchParams.set('session', session);
    session = url.searchParams.get('session');
    const line: Line = { socket: new WebSocket(url.href), isOpen: false, isLeft: false };
    line.socket.onopen = () => {
      line.isOpen = true;
      keysOn(line).forEach(opened);
    };
    line.socket.onmessage = ({ data }) => hear(line, data);
    // Node 22 tells of a failed handshake by an error event alone.
    line.socket.onerror = () => end(line, 1006);
    line.socket.onclose = ({ code, reason }) => end(line, code, reason);
    lines.push(line);
    return line;
  };
  const leave = (key: string, isDead: boolean) => {
    const seat = seats.get(key);
    if (!seat) return;
    const { line, subscriptions } = seat;
    seats.delete(key);
    if (isDead || !keysOn(line).length) return end(line, 1006);
    // A tab that is gone could not stop them itself.
    for (const [id, svc] of subscriptions) line.socket.send(JSON.stringify({ id, method: 'subscription.stop', svc }));
  };
  const watch = (tab: string) => {
    if (watched.has(tab)) return;
    watched.add(tab);
    const release = () => {
      watched.delete(tab);
      for (const [key, seat] of seats) if (seat.tab === tab) leave(key, false);
    };
    locks.request(tab, { signal: gone.signal }, release).catch(() => {});
  };
  const take = (key: string, tab: string, url: string) => {
    if (seats.has(key)) return;
    watch(tab);
    const newest = lines.at(-1);
    const isUsable = newest && !newest.isLeft && ![...seats.values()].some((seat) => seat.tab === tab && seat.line === newest);
    const line = isUsable ? newest : dial(url);
    seats.set(key, { tab, line, firstId: ++lastSeat * IDS_PER_SEAT, subscriptions: new Map() });
    tell({ type: 'taken', hub, keys: [key] });
    if (line.isOpen) opened(key);
  };
  const pass = (seat: Seat, text: string) => {
    const { id, method, svc } = (readJson(text) ?? {}) as { readonly id?: unknown; readonly method?: unknown; readonly svc?: unknown };
    if (method === 'subscription') seat.subscriptions.set(id, svc);
    else if (method === 'subscription.stop') seat.subscriptions.delete(id);
    seat.line.socket.send(text);
  };

  channel.onmessage = ({ data }) => {
    const message = data as TabMessage as SeatMessage;
    if (message.type === 'open') return take(message.key, message.tab, message.url);
    if (message.type === 'close') return leave(message.key, message.isDead);
    const seat = message.type === 'send' && message.hub === hub && seats.get(message.key);
    if (seat) pass(seat, message.text);
  };
  tell({ type: 'lead', hub });
  return {
    get isIdle() {
      return !seats.size;
    },
    leave,
    close() {
      gone.abort();
      channel.close();
      for (const { socket } of lines.splice(0)) socket.close();
    },
  };
}

/** A real connection. */
interface Line {
  readonly socket: WebSocketLike;
  isOpen: boolean;
  /** The server has asked to leave it. */
  isLeft: boolean;
}

/** A tab's place on a connection. */
interface Seat {
  readonly tab: string;
  readonly line: Line;
  readonly firstId: number;
  /** Those that were not stopped: their ids and services. */
  readonly subscriptions: Map<unknown, unknown>;
}
