/**
 * A wake that stops a subscription. `stopped` comes from the sender of its events, so that no event is on its way when it is sent.
 * PROTOCOL.md P3.10.
 */

import { stoppedFrame } from '../websocket/frame-text.js';
import type { FanoutWork } from './fanout.js';
import type { StopWake } from './wake.js';

/** Works off one stop; one that is done already sends nothing, nor does one that an error of the subscription has crossed: that was last. */
export async function stopSubscription({ subscriptions, delivery }: FanoutWork, { key }: StopWake): Promise<void> {
  if (!(await subscriptions.isCancelled(key))) return;
  // First, so that no event follows `stopped` when the rest fails and is done again.
  await subscriptions.silence(key);
  if (await delivery.send({ key, path: '' }, [stoppedFrame(key.requestId)])) await subscriptions.remove(key);
}
