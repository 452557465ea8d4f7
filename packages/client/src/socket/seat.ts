/**
 * A subscription on one link: opens it there, and hands on what comes of it. PROTOCOL.md sections 3.3 and 3.6.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import { alarmOf } from '../alarm.js';
import type { TrackedEvent } from '../client-types.js';
import type { Answer } from './frames.js';
import { GAP_MS } from './limits.js';
import type { FeedSeat, Link } from './link.js';
import type { Reading } from './reading.js';
import type { SocketParts } from './socket-engine.js';

/** Errors of a server that is busy, after which a subscription that was served is opened again. PROTOCOL.md section 4 and P3.28 */
const MAY_PASS = /^(BAD_GATEWAY|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT)$/;

/** The wait before that when the server says none; up to twice as long, so that not all come at once. */
const RETRY_MS = 1_000;

/** The subscription. */
export interface Seated extends Pick<SocketParts, 'clock' | 'random' | 'answerFailure'> {
  readonly path: string;
  readonly json: string | undefined;
  readonly reading: Reading;
  readonly timeoutMs: number;
  /** How to leave each link it is on, and those among them on which it has started. */
  readonly leaves: Map<Link, (stop?: boolean) => void>;
  readonly here: Set<Link>;
  /** Something has changed. */
  settle(): void;
  /** Leaves the links it was on before this one. */
  leaveBefore(link: Link): void;
  end(error?: GatewayError): void;
  readonly onStarted: (() => void) | undefined;
  /** Opens it again, on the link in use. */
  reopen(): void;
}

/** Opens it. */
export function takeSeat(link: Link, own: Seated): void {
  const { path, reading, leaves, here, settle, answerFailure } = own;
  const { place, wants } = reading;
  const deadline = alarmOf(own.clock);
  const asked = place.position;
  const reopen = () => {
    leave(true);
    own.reopen();
  };
  const feed: FeedSeat = {
    position: () => (here.has(link) ? (place.position ?? '') : undefined),
    wants,
    push(topic, epoch, events) {
      if (!reading.push(topic, epoch, events)) return;
      settle();
      if (wants()) link.want(GAP_MS);
    },
    sync(at, head, events, reason) {
      if (head === null) return reopen();
      if (head) reading.learn(at, head, events, reason);
      else place.doubt(false);
      settle();
    },
    reopen,
  };
  const receive = ({ error, result }: Answer, lost?: string) => {
    const { type, id, data, gw } = result ?? {};
    if (lost) leave();
    else if (type === 'started') {
      deadline();
      here.add(link);
      reading.begin(asked, id, gw);
      if (!gw) link.stock();
      own.leaveBefore(link);
      if (gw && wants()) link.want(0);
      own.onStarted?.();
    } else if (type === 'data') {
      const event = data as Partial<TrackedEvent<unknown>> | undefined;
      const eventId = id ?? event?.id;
      if (!eventId) return own.end(answerFailure(path, error, { got: 'no event id' }));
      reading.take(eventId, event?.data);
      if (wants()) link.want(GAP_MS);
    } else if (place.position !== undefined && MAY_PASS.test(error?.data.code ?? '')) {
      // It was served before, and will be: what it misses meanwhile is asked for then.
      here.delete(link);
      deadline((error?.data.retryAfterMs ?? RETRY_MS) * (1 + own.random()), reopen);
    } else {
      leave();
      own.end(type === 'stopped' ? undefined : answerFailure(path, error, { got: 'no result' }));
    }
    settle();
  };
  const leaveLink = link.request({ kind: 'subscription', path, json: own.json, lastEventId: asked }, { feed, receive });
  const leave = (stop?: boolean) => {
    deadline();
    leaves.delete(link);
    here.delete(link);
    leaveLink(stop);
  };
  leaves.set(link, leave);
  deadline(own.timeoutMs, reopen);
}
