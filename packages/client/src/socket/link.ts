/**
 * One physical connection: numbers the requests on it, hands answers and events to them, and asks with `gw.sync` where they stand, which
 * is also how it finds out that the peer is gone. It is opened once and goes down once; that another one follows is connection.ts's
 * business. PROTOCOL.md sections 3.1, 3.5 and 3.6.
 */

import type { ErrorShape } from '@org/gateway-core/errors';
import {
  GATEWAY_PROTOCOL,
  GATEWAY_SERVICE,
  type GatewayStart,
  MAX_CURSORS,
  MAX_FRAME_BYTES,
  type OffsetEvent,
  PING,
  PONG,
} from '@org/gateway-core/protocol';
import { alarmOf, type Clock } from '../clock.js';
import { readJson } from '../json.js';
import type { Fetch, PageEvents } from '../options.js';
import type { LargeMessages } from './large-messages.js';
import {
  BROKEN,
  GAP_MS,
  HIDDEN_SYNC_MS,
  IDLE_SYNC_MS,
  MOVE_AHEAD_MS,
  NORMAL,
  PATIENCE_MS,
  SILENCE_MS,
  SYNC_DEADLINE_MS,
  VISIBLE_SYNC_MS,
} from './limits.js';
import { list } from './list.js';
import type { WebSocketLike } from './web-socket.js';

/** An answer of the server. */
export interface Answer {
  readonly error?: ErrorShape;
  readonly result?: { readonly type?: string; readonly id?: string; readonly data?: unknown; readonly gw?: GatewayStart };
}

/** A request as the link sees it. */
export interface Passenger {
  /** Takes an answer; `lost` says that there will be none on this link any more, and why. */
  receive(answer: Answer, lost?: string): void;
  /** It could not be sent. */
  fail?(cause: unknown): void;
  /** Of a subscription. */
  readonly feed?: FeedSeat;
}

/** A subscription as the link sees it. */
export interface FeedSeat {
  /** Where it stands, once it has started on this link. */
  position(): string | undefined;
  /** Whether events are missing that it could take. */
  wants(): boolean;
  /** Events were pushed. */
  push(topic: string, epoch: string, events: readonly OffsetEvent[]): void;
  /** What `gw.sync` said of it, after it was asked for at a position; without a head it lacks nothing. */
  sync(asked: string, head?: string | null, events?: readonly OffsetEvent[], reset?: string): void;
  /** For a server without `gw.sync`: opens it again after its last event. */
  reopen(): void;
}

/** What a request says when it opens. */
export interface Opening {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `service.procedure`. */
  readonly path: string;
  readonly json: string | undefined;
  readonly lastEventId?: string | undefined;
  /** Key and deadline, as the frame has them. */
  readonly k?: string | undefined;
  readonly dl?: number | undefined;
}

/** Who owns the link and hears of it. */
export interface LinkOwner {
  readonly clock: Clock;
  readonly random: () => number;
  readonly page: Partial<PageEvents>;
  readonly fetch: Fetch | undefined;
  /** Makes the socket. */
  make(): Promise<WebSocketLike>;
  onUp(): void;
  /** Once, whatever the reason; the link is of no use any more. An error as cause may mean that no other link would be. */
  onDown(reason: string, cause?: unknown): void;
  /** It is time to move to another connection. */
  onLeave(): void;
  /** The server says not to come back. */
  onBye(code: number, why: string): void;
  /** Its health may have changed. */
  onChange(): void;
}

/** A WebSocket that speaks the protocol. */
export interface Link {
  /** Sends a request; answers come until it is left. Leaving a subscription with `stop` tells the server. */
  request(opening: Opening, passenger: Passenger): (stop?: boolean) => void;
  /** A subscription lacks events: asks for them after a delay, unless they have come by then. */
  want(delayMs: number): void;
  /** The page has come back: asks for a sign of life if there was none lately. */
  wake(): void;
  /** The server has owed a sign of life for a while. */
  isLate(): boolean;
  /** It is not needed any more: closes once the answers owed have come, or in 10 s. `false`: it is needed again. */
  retire(isRetired: boolean): void;
  /** Closes it, or with a reason leaves a peer that is gone at once: a handshake would keep it, and a Node process, for half a minute. */
  close(reason?: string): void;
  /** The server has no `gw.sync`: it is asked by PING. */
  stock(): void;
}

/** Begins to open a link. */
export function openLink(owner: LinkOwner): Link {
  const { clock, page } = owner;
  const passengers = new Map<unknown, Passenger>();
  const alarm = alarmOf(clock);
  const moving = alarmOf(clock);
  const aheadMs = MOVE_AHEAD_MS * (1 + owner.random());
  let socket: (WebSocketLike & { terminate?(): void }) | undefined;
  let lastId = 0;
  let isRetired = false;
  let isDown = false;
  let isStock = false;
  let heardAt = 0;
  /** When the first call was sent after something was last heard. */
  let owedAt = -1;
  /** When all subscriptions were last asked for. */
  let syncedAt = clock.now();
  /** When the alarm will ring. */
  let dueAt = 0;
  /** The wait before holes that an answer left open are asked for again. */
  let pauseMs = 0;
  /** Subscriptions still to be asked for in this round. */
  let round: (readonly [unknown, FeedSeat])[] = [];
  /** The question that is out: its number, its text, where the subscriptions stood, and how often it was sent. */
  let question: { readonly n: number; readonly text: string; readonly asked: Map<unknown, string>; sent: number } | undefined;
  let lastQuestion = 0;
  let loading: Promise<LargeMessages> | undefined;

  const close = (reason = '', cause?: unknown) => {
    if (isDown) return;
    isDown = true;
    alarm();
    moving();
    socket?.close(NORMAL);
    if (reason) socket?.terminate?.();
    // The owner first: what is lost may then go on at once on another link.
    owner.onDown(reason, cause);
    for (const { receive } of passengers.values()) receive({}, reason || 'closed');
  };
  const seats = () => [...passengers].flatMap(([id, { feed }]) => (feed?.position() === undefined ? [] : [[id, feed] as const]));
  const rest = (delayMs: number) => {
    if (isRetired || isDown) return;
    dueAt = clock.now() + delayMs;
    alarm(delayMs, tick);
  };
  /** Asks for whoever lacks something, or for all when it is time to: by the clock, since a hidden page's timers come late. */
  const tick = () => {
    const all = seats();
    const isFollowed = [...passengers.values()].some(({ feed }) => feed);
    const periodMs = isFollowed ? (page.document?.hidden ? HIDDEN_SYNC_MS : VISIBLE_SYNC_MS) : IDLE_SYNC_MS;
    const sinceMs = Math.abs(clock.now() - syncedAt);
    // Once per silence: a call may take longer than that.
    const isOwed = owedAt >= heardAt && [...passengers.values()].some(({ feed }) => !feed);
    const patienceMs = isOwed ? SYNC_DEADLINE_MS + owedAt - clock.now() : periodMs;
    const isDue = sinceMs >= periodMs || patienceMs <= 0;
    round = isDue ? all : all.filter(([, feed]) => feed.wants());
    if (isDue) syncedAt = clock.now();
    else if (!round.length) return rest(Math.ceil(Math.min(periodMs - sinceMs, patienceMs)));
    if (isStock) for (const [, feed] of round) if (feed.wants()) feed.reopen();
    // The call that got no answer was the first time of asking.
    inquire(patienceMs <= 0 ? 1 : 0);
  };
  const want = (delayMs: number) => {
    if (!question && clock.now() + delayMs < dueAt) rest(delayMs);
  };
  const wake = () => {
    if (clock.now() - heardAt > SILENCE_MS) syncedAt = Number.NEGATIVE_INFINITY;
    if (!question) tick();
  };
  const inquire = (sent = 0) => {
    const asked = new Map(round.splice(0, MAX_CURSORS).map(([id, feed]) => [id, feed.position()!]));
    lastQuestion += 1;
    const params = { n: lastQuestion, c: [...asked] };
    const text = isStock ? PING : JSON.stringify({ id: null, method: 'gw.sync', svc: GATEWAY_SERVICE, params });
    question = { n: lastQuestion, text, asked, sent };
    repeat();
  };
  const repeat = () => {
    if (!question || isRetired) return;
    if (question.sent > 1) return close('no answer to gw.sync');
    question.sent += 1;
    socket?.send(question.text);
    alarm(SYNC_DEADLINE_MS, repeat);
    owner.onChange();
  };
  /** Each subscription of the question learns what was said of it, or that it lacks nothing. */
  const answered = (states: unknown, expiresInMs?: number) => {
    const { asked } = question!;
    question = undefined;
    const known = new Map(list(states).map(([id, ...state]) => [id, state]));
    let isMoving = false;
    for (const [id, position] of asked) {
      const feed = passengers.get(id)?.feed;
      feed?.sync(position, ...((known.get(id) ?? []) as []));
      isMoving ||= feed?.position() !== position;
    }
    if (expiresInMs) moving(Math.max(0, expiresInMs - aheadMs), owner.onLeave);
    if (round.length) inquire();
    else if (isMoving || !seats().some(([, feed]) => feed.wants())) {
      pauseMs = 0;
      tick();
    } else {
      // An answer that brings nothing is not asked for in circles.
      pauseMs = Math.min(pauseMs * 2 || GAP_MS, VISIBLE_SYNC_MS);
      rest(pauseMs);
    }
    owner.onChange();
  };
  const enroll = (passenger: Passenger) => {
    lastId += 1;
    passengers.set(lastId, passenger);
    return lastId;
  };
  const sendText = (text: string) => socket?.send(text);
  /** What messages that do not fit into a frame need, loaded with the first of them. */
  const large = () => {
    loading ??= import('./large-messages.js').then(
      ({ largeMessages }) => largeMessages({ now: clock.now, fetch: owner.fetch, enroll, send: sendText, accept: readText }),
      (cause) => {
        loading = undefined;
        throw cause;
      },
    );
    return loading;
  };
  const readText = (text: unknown) => {
    // What is no JSON answers nothing.
    const messages = readJson(text);
    for (const message of Array.isArray(messages) ? messages : [messages]) if (!isDown) read((message ?? {}) as Message);
  };
  const take = (id: unknown, answer: Answer) => {
    const passenger = passengers.get(id);
    if (!passenger?.feed) passengers.delete(id);
    passenger?.receive(answer);
  };
  const read = (message: Message) => {
    const { id, method, params } = message;
    const { t, e, x, n, s, exp, code, why, retry } = (params ?? {}) as Parameters;
    switch (method) {
      case undefined:
        return take(id, message);
      case 'gw.ev':
        for (const { feed } of passengers.values()) feed?.push(t, e, list(x) as OffsetEvent[]);
        return;
      case 'gw.sync':
        return n === question?.n && answered(s, exp);
      case 'gw.part':
      case 'gw.ref':
        // If the code cannot be loaded the message is missing, as if its frame had been lost.
        large().then(
          ({ read }) => read(method, params),
          () => {},
        );
        return;
      case 'gw.bye':
        if (retry === false) owner.onBye(code, why);
        return close(`bye: ${why}`);
      case 'reconnect':
        owner.onLeave();
    }
  };
  const use = (made: WebSocketLike) => {
    socket = made;
    // Of a handshake that failed, Node 22 tells by an error event alone; elsewhere the close event follows, and finds the link down.
    made.onerror = made.onclose = ({ code = BROKEN }: { readonly code?: number }) => close(`closed with ${code}`);
    if (isDown) return made.close();
    made.onopen = () => {
      lastId = lastQuestion = made.firstId ?? 0;
      syncedAt = heardAt = clock.now();
      rest(VISIBLE_SYNC_MS);
      owner.onUp();
    };
    made.onmessage = ({ data }) => {
      if (isDown) return;
      heardAt = clock.now();
      if (data === PING) made.send(PONG);
      else if (data === PONG) question && answered([]);
      else readText(data);
    };
  };

  alarm(PATIENCE_MS, () => close('no connection'));
  owner.make().then(use, (cause) => close(cause?.message, cause));
  return {
    request({ kind, path, json, lastEventId, k, dl }, passenger) {
      const id = enroll(passenger);
      const svc = path.split('.')[0]!;
      // From its text: the input as it was when the call began, whatever has become of the object since.
      const frame = JSON.stringify({ id, method: kind, svc, gw: GATEWAY_PROTOCOL, k, dl, params: { path, lastEventId } });
      const text = json ? `${frame.slice(0, -2)},"input":${json}}}` : frame;
      if (text.length < MAX_FRAME_BYTES / 3 || new Blob([text]).size <= MAX_FRAME_BYTES) sendText(text);
      else {
        large()
          .then(({ write }) => write(svc, `m${id}`, text))
          .catch((cause) => isDown || passenger.fail?.(cause));
      }
      if (owedAt < heardAt && !passenger.feed) owedAt = clock.now();
      want(passenger.feed ? VISIBLE_SYNC_MS : SYNC_DEADLINE_MS);
      return (stop) => {
        if (passengers.delete(id) && !isDown) {
          if (stop) sendText(JSON.stringify({ id, method: 'subscription.stop', svc }));
          // A call that waited in vain.
          else wake();
        }
        if (isRetired && !passengers.size) close();
      };
    },
    want,
    wake,
    isLate: () => (question?.sent ?? 0) > 1,
    retire(retired) {
      isRetired = retired;
      if (!retired) rest(0);
      else if (passengers.size) alarm(PATIENCE_MS, close);
      else close();
    },
    close,
    stock() {
      isStock = true;
    },
  };
}

/** What messages of the server to the client itself carry, if they are well made. */
interface Parameters {
  readonly t: string;
  readonly e: string;
  readonly x: unknown;
  readonly n: unknown;
  readonly s: unknown;
  readonly exp: number;
  readonly code: number;
  readonly why: string;
  readonly retry: unknown;
}

interface Message extends Answer {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}
