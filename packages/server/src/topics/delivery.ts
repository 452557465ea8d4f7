/**
 * Sends a subscription's frames in their order, or makes sure that its client finds out: a frame that cannot be sent closes the
 * connection, and the client resumes on a new one from the last event it has. What one connection does never reaches another.
 *
 * `gone` has been reported of live connections (aws-sdk-js issue 3773), so that connection is closed too before it is forgotten. When even
 * closing fails (the account is throttled), nothing more is sent to it, and the stream brings the closing back until it is done.
 */

import { traceOfInvocation } from '../telemetry/env.js';
import { errorFrame, MAX_MESSAGE_BYTES } from '../websocket/frame-text.js';
import type { FanoutParts } from './fanout.js';
import type { Subscription, SubscriptionKey } from './subscription-store.js';
import type { CloseWake } from './wake.js';

/** Pauses before the second and third attempt; half of each is random. A throttled account needs longer, and the others cannot wait. */
const RETRY_PAUSES_MS = [50, 250];

/**
 * Why the server ends a subscription: its position cannot be served (P3.9), its sign-in is over (P5.11), or an event fits in no frame (`append` refuses those; one
 * that is there all the same would otherwise close every subscriber's connection, again and again).
 */
export type EndCode = 'PRECONDITION_FAILED' | 'UNAUTHORIZED' | 'PAYLOAD_TOO_LARGE';

/** A stock client has no way to renew its sign-in on the connection. */
export const SIGN_IN_OVER = 'the sign-in has expired; open a new connection with another token';

/** A way through the stream takes a quarter of a second or more, so these are half a minute at least. */
const CLOSE_ATTEMPTS = 100;

export interface Delivery {
  /** Sends frames one after the other. `false`: the subscription is over. Rejects only when a store fails. */
  send(subscription: Subscription, frames: Iterable<string>): Promise<boolean>;
  /** Sends an error as the last frame and forgets the subscription. */
  fail(subscription: Subscription, code: EndCode, message: string): Promise<void>;
  /** Tries again to close a connection. */
  close(wake: CloseWake): Promise<void>;
}

/** The way to subscribers. */
export function createDelivery({ sender, subscriptions, topics, clock, random, log }: FanoutParts): Delivery {
  const post = async (connectionId: string, text: string): Promise<'sent' | 'gone'> => {
    for (const pauseMs of RETRY_PAUSES_MS) {
      try {
        return await sender.post(connectionId, text);
      } catch {
        await clock.sleep((pauseMs / 2) * (1 + random()));
      }
    }
    return sender.post(connectionId, text);
  };

  /** The wake is written before the subscription is silenced: killed in between, the record is worked off again. */
  const drop = async (key: SubscriptionKey, attempt: number): Promise<void> => {
    try {
      await sender.close(key.connectionId);
    } catch (cause) {
      const fields = { connectionId: key.connectionId, attempt, cause };
      if (attempt > CLOSE_ATTEMPTS) log.error('connection cannot be closed, its client misses events until it reconnects', fields);
      else await topics.wake(key.topic, { kind: 'close', key, attempt });
      return subscriptions.silence(key);
    }
    await subscriptions.remove(key);
  };

  const send = async (subscription: Subscription, frames: Iterable<string>): Promise<boolean> => {
    const { connectionId } = subscription.key;
    for (const frame of frames) {
      const bytes = Buffer.byteLength(frame);
      if (bytes > MAX_MESSAGE_BYTES) {
        await fail(subscription, 'PAYLOAD_TOO_LARGE', `an event has ${bytes} bytes, a socket carries ${MAX_MESSAGE_BYTES}`);
        return false;
      }
      try {
        if ((await post(connectionId, frame)) === 'sent') continue;
      } catch (cause) {
        log.warn('frame cannot be sent, its connection is closed', { connectionId, path: subscription.path, cause });
      }
      await drop(subscription.key, 1);
      return false;
    }
    return true;
  };

  const fail = async (subscription: Subscription, code: EndCode, message: string): Promise<void> => {
    const { path, key } = subscription;
    const frame = errorFrame(key.requestId, { code, message: `[${code}] ${path}: ${message}`, path }, { traceId: traceOfInvocation() });
    if (await send(subscription, [frame])) await subscriptions.remove(key);
  };

  return { send, fail, close: ({ key, attempt }) => drop(key, attempt + 1) };
}
