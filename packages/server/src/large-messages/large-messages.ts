/**
 * What a function has for messages that fit in no frame: where parts meet, and where larger ones lie. Opens a message that came in either
 * way, and makes an answer that is too large one that is fetched. PROTOCOL.md P3.26 and P3.27.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type ReceivedMessage, type ReferenceFrame, readFrame } from '@org/gateway-core/protocol';
import { MAX_MESSAGE_BYTES } from '../websocket/frame-text.js';
import type { PartStore } from './part-store.js';
import type { PayloadStore } from './payload-store.js';

export interface LargeMessages {
  readonly parts: PartStore;
  readonly payloads: PayloadStore;
}

/** A message that travels in another. */
type Wrapped = Extract<ReceivedMessage, { readonly kind: 'part' | 'uploaded' }>;

/**
 * The message that a part completes or that lies in the bucket; undefined for a part that others are still to follow.
 *
 * @throws GatewayError as `PayloadStore.read`; BAD_REQUEST for anything in it but one message of the service.
 */
export async function openMessage(
  { parts, payloads }: LargeMessages,
  connectionId: string,
  message: Wrapped,
): Promise<ReceivedMessage | undefined> {
  const text = message.kind === 'part' ? await parts.add(connectionId, message.frame.params) : await payloads.read(message.frame.params);
  if (text === undefined) return undefined;
  const [opened, ...others] = readFrame(text);
  if (opened && others.length === 0 && (opened.kind === 'call' || opened.kind === 'invalid')) return opened;
  throw new GatewayError('BAD_REQUEST', '[BAD_REQUEST] a large message is a query, a mutation or a subscription: got something else');
}

/** How long an answer waits to be fetched. */
export const ANSWER_KEPT_SECONDS = 3_600;

/** The text itself as long as API Gateway carries it, and what refers to it otherwise. */
export async function fittingAnswer({ payloads }: Pick<LargeMessages, 'payloads'>, text: string): Promise<string> {
  if (Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
  const params = await payloads.link(await payloads.keep(text, ANSWER_KEPT_SECONDS));
  return JSON.stringify({ id: null, method: 'gw.ref', params } satisfies ReferenceFrame);
}
