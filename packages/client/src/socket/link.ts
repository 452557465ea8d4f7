/**
 * One physical connection: numbers the requests on it, and hands answers and events to them. That another one follows is connection.ts's
 * business, and asking where subscriptions stand asking.ts's. PROTOCOL.md sections 3.1, 3.5 and 3.6.
 */

import { GATEWAY_SERVICE, MAX_FRAME_BYTES, type OffsetEvent, PING, PONG } from '@org/gateway-core/protocol';
import { alarmOf } from '../alarm.js';
import { type Asking, askingOf } from './asking.js';
import { bytesBeyond } from './bytes-beyond.js';
import { type Answer, type Message, messagesOf, type Opening, type Parameters, requestText } from './frames.js';
import type { LargeMessageOwner, LargeMessages } from './large-messages.js';
import { PATIENCE_MS, VISIBLE_SYNC_MS } from './limits.js';
import { list } from './list.js';
import type { SocketParts } from './socket-engine.js';
import { openWire, type Wire, type WireOwner } from './wire.js';

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

/** Who owns the link and hears of it. */
export interface LinkOwner extends Pick<SocketParts, 'clock' | 'random' | 'page' | 'fetch'>, Pick<WireOwner, 'make' | 'onDown'> {
  onUp(): void;
  /** It is time to move to another connection. */
  onLeave(): void;
  /** The server says not to come back. */
  onBye(code: number, why: string): void;
  /** Its health may have changed. */
  onChange(): void;
}

/** A WebSocket that speaks the protocol. */
export interface Link extends Pick<Asking, 'want' | 'wake' | 'isLate' | 'stock'>, Pick<Wire, 'close'> {
  /** Sends a request; answers come until it is left. Leaving a subscription with `stop` tells the server. */
  request(opening: Opening, passenger: Passenger): (stop?: boolean) => void;
  /** Asks the gateway itself. */
  ask(method: string, params: object, receive: Passenger['receive']): void;
  /** It is not needed any more: closes once the answers owed have come, or in 10 s. `false`: it is needed again. */
  retire(isRetired: boolean): void;
}

/** Begins to open a link. */
export function openLink(owner: LinkOwner): Link {
  const passengers = new Map<unknown, Passenger>();
  /** With what is owed after it is not needed any more. */
  const patience = alarmOf(owner.clock);
  let lastId = 0;
  let isRetired = false;

  const onText = (text: unknown) => {
    asking.heard();
    if (text === PING) send(PONG);
    else if (text === PONG) asking.answer();
    else readText(text);
  };
  const readText = (text: unknown) => {
    for (const message of messagesOf(text)) if (!isDown()) read(message);
  };
  const read = (message: Message) => {
    const { id, method, params } = message;
    const { t, e, x, n, s, exp, again, code, why, retry } = (params ?? {}) as Parameters;
    switch (method) {
      case undefined:
        return take(id, message);
      case 'gw.ev':
        asking.beat();
        for (const { feed } of passengers.values()) feed?.push(t, e, list(x) as OffsetEvent[]);
        return;
      case 'gw.sync':
        return asking.answer(n, s, exp, again);
      case 'gw.part':
      case 'gw.ref':
        // If the code cannot be loaded the message is missing, as if its frame had been lost.
        void large()
          .then(({ read }) => read(method, params))
          .catch(() => {});
        return;
      case 'gw.bye':
        if (retry === false) owner.onBye(code, why);
        return close(`bye: ${why}`);
      case 'reconnect':
        owner.onLeave();
    }
  };
  const take = (id: unknown, answer: Answer) => {
    const passenger = passengers.get(id);
    if (!passenger?.feed) passengers.delete(id);
    else if (answer.result?.type === 'data') asking.beat();
    passenger?.receive(answer);
  };
  const enroll = (passenger: Passenger) => {
    lastId += 1;
    passengers.set(lastId, passenger);
    return lastId;
  };
  const ask = (method: string, params: object, receive: Passenger['receive']) =>
    send(JSON.stringify({ id: enroll({ receive }), method, svc: GATEWAY_SERVICE, params }));
  const { send, close, isDown } = openWire({
    ...owner,
    onText,
    onOpen(firstId) {
      lastId = firstId;
      asking.start(firstId);
      owner.onUp();
    },
    onDown(reason, cause) {
      patience();
      asking.pause();
      // The owner first: what is lost may then go on at once on another link.
      owner.onDown(reason, cause);
      for (const { receive } of passengers.values()) receive({}, reason || 'closed');
    },
  });
  const asking = askingOf(owner, { passengers, send, close });
  const large = largeMessagesOf({ now: owner.clock.now, fetch: owner.fetch, ask, send, accept: readText });

  return {
    ...asking,
    ask,
    request(opening, passenger) {
      const id = enroll(passenger);
      const svc = opening.path.split('.')[0]!;
      const text = requestText(id, svc, opening);
      if (!bytesBeyond(MAX_FRAME_BYTES, text)) send(text);
      else {
        large()
          .then(({ write }) => write(svc, `m${id}`, text))
          .catch((cause) => isDown() || passenger.fail?.(cause));
      }
      if (passenger.feed) asking.want(VISIBLE_SYNC_MS);
      else asking.owe();
      return (stop) => {
        if (passengers.delete(id) && !isDown()) {
          if (stop) send(JSON.stringify({ id, method: 'subscription.stop', svc }));
          // A call that waited in vain.
          else asking.wake();
        }
        if (isRetired && !passengers.size) close();
      };
    },
    retire(retired) {
      isRetired = retired;
      asking.pause();
      if (!retired) {
        patience();
        asking.resume();
      } else if (passengers.size) patience(PATIENCE_MS, close);
      else close();
    },
    close,
  };
}

/** Loads what messages that do not fit into a frame need, with the first of them. */
function largeMessagesOf(owner: LargeMessageOwner): () => Promise<LargeMessages> {
  let loading: Promise<LargeMessages> | undefined;
  return () => {
    loading ??= import('./large-messages.js').then(
      ({ largeMessages }) => largeMessages(owner),
      (cause) => {
        loading = undefined;
        throw cause;
      },
    );
    return loading;
  };
}
