/**
 * Sends a subscription's frames in their order, or makes sure that its client finds out: a frame that cannot be sent closes the
 * connection, and the client resumes on a new one from the last event it has. What one connection does never reaches another.
 *
 * `gone` has been reported of live connections (aws-sdk-js issue 3773), so that connection is closed too before it is forgotten. When even
 * closing fails (the account is throttled), the subscription is marked: nothing more is sent to it, and the next event tries to close again.
 */

import { errorFrame, MAX_MESSAGE_BYTES } from '../websocket/frame-text.js';
import type { FanoutParts } from './fanout.js';
import type { Subscription } from './subscription-store.js';

/** Pauses before the second and third attempt; half of each is random. A throttled account needs longer, and the others cannot wait. */
const RETRY_PAUSES_MS = [50, 250];

/**
 * Why the server ends a subscription: its position cannot be served (P3.9), or an event fits in no frame (`append` refuses those; one
 * that is there all the same would otherwise close every subscriber's connection, again and again).
 */
type EndCode = 'PRECONDITION_FAILED' | 'PAYLOAD_TOO_LARGE';

export interface Delivery {
  /** Sends frames one after the other. `false`: the subscription is over. Rejects only when a store fails. */
  send(subscription: Subscription, frames: Iterable<string>): Promise<boolean>;
  /** Sends an error as the last frame and forgets the subscription. */
  fail(subscription: Subscription, code: EndCode, message: string): Promise<void>;
  /** Closes the connection and forgets the subscription. */
  drop(subscription: Subscription): Promise<void>;
}

/** The way to subscribers. */
export function createDelivery({ sender, subscriptions, clock, random, log }: FanoutParts): Delivery {
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

  const drop = async ({ key }: Subscription): Promise<void> => {
    try {
      await sender.close(key.connectionId);
    } catch (cause) {
      log.warn('connection cannot be closed, its subscription waits', { connectionId: key.connectionId, cause });
      return subscriptions.markBroken(key);
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
      await drop(subscription);
      return false;
    }
    return true;
  };

  const fail = async (subscription: Subscription, code: EndCode, message: string): Promise<void> => {
    const { path, key } = subscription;
    const frame = errorFrame(key.requestId, { code, message: `[${code}] ${path}: ${message}`, path });
    if (await send(subscription, [frame])) await subscriptions.remove(key);
  };

  return { send, drop, fail };
}
