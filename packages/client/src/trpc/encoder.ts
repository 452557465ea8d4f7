/**
 * What makes a stock `wsLink` of `@trpc/client` keep more than its own promise: an encoder that drops events it has, has a hole filled by
 * moving to a new connection, remembers where a subscription began, and names the service of every frame, so that API Gateway routes it
 * straight there. PROTOCOL.md P3.2, P3.7, P3.9, P3.11 and P3.13.
 *
 * An encoder is not told which connection a frame came on, and while a subscription moves, two serve it. So it keeps no position of its
 * own: the link stores the id of the last event it has delivered in the very message it has sent, and that message is read here.
 * https://github.com/trpc/trpc/blob/v11.25.2/packages/client/src/links/wsLink/wsClient/wsClient.ts
 *
 * It cannot notice the loss of the newest event before the next one comes, for it has nothing to ask with.
 */

import { errorShape } from '@org/gateway-core/errors';
import { type CallFrame, parseEventId, type ResultFrame, type ServerFrame, type StopFrame } from '@org/gateway-core/protocol';
import type { WebSocketClientOptions } from '@trpc/client';

/** What `createWSClient` takes as `experimental_encoder`. */
export type WsLinkEncoder = NonNullable<WebSocketClientOptions['experimental_encoder']>;

/** Connections on which the same hole may be asked for, before the subscription ends with an error. */
const MAX_GAP_CONNECTIONS = 5;

/** A frame that no request waits for. */
const IGNORED: ResultFrame = { id: '', result: { type: 'stopped' } };

/**
 * Makes an encoder for one `createWSClient({ url, experimental_encoder: gatewayEncoder() })`. Every event is then delivered once and in
 * order. A hole that five connections in a row do not fill ends the subscription with PRECONDITION_FAILED.
 */
export function gatewayEncoder(): WsLinkEncoder {
  const followed = new Map<unknown, Followed>();

  /** Goes on with a subscription that is sent, for the first time or again. */
  const follow = (sent: Outgoing): void => {
    const known = followed.get(sent.id);
    // Those that are over are garbage by now. A stop says nothing: while a subscription moves, it is stopped in one place and goes on in another.
    for (const [id, { message }] of followed) if (!message.deref()) followed.delete(id);
    followed.set(sent.id, { ...nextAttempt(known, sent.params.lastEventId), message: new WeakRef(sent) });
  };
  /** Notes what is sent, and names its service. */
  const note = (message: Outgoing | StopFrame): string | undefined => {
    const call = message.method === 'subscription.stop' ? followed.get(message.id)?.message.deref() : message;
    if (message.method === 'subscription') follow(message);
    return serviceOf(call);
  };

  return {
    encode(data) {
      // An array has no field for the route selection to read.
      if (Array.isArray(data)) data.forEach(note);
      return JSON.stringify(Array.isArray(data) ? data : { ...(data as Outgoing), svc: note(data as Outgoing) });
    },
    decode(data) {
      const frame = readServerFrame(data);
      const subscription = 'result' in frame ? followed.get(frame.id) : undefined;
      const message = subscription?.message.deref();
      if (!('result' in frame) || !subscription || !message) return frame;
      const { result } = frame;
      if (result.type === 'started') message.params.lastEventId ??= result.id;
      if (result.type !== 'data') return frame;
      const ahead = distance(message.params.lastEventId, result.id);
      if (ahead === 1) return frame;
      if (ahead < 1) return IGNORED;
      if (subscription.attempts >= MAX_GAP_CONNECTIONS) return unfilled(message, result.id);
      subscription.hasGap = true;
      return { id: null, method: 'reconnect' };
    },
  };
}

/** A call as the link keeps it: it writes the id of the last event it has delivered into it. */
type Outgoing = Omit<CallFrame, 'params'> & { readonly params: { readonly path: string; lastEventId?: string | undefined } };

interface Followed {
  /** Forgotten together with the link's own request. */
  readonly message: WeakRef<Outgoing>;
  /** A hole was found since it was sent last. */
  hasGap: boolean;
  /** How often it was sent again for a hole after `position`. */
  readonly attempts: number;
  readonly position: string | undefined;
}

function nextAttempt(known: Followed | undefined, position: string | undefined): Pick<Followed, 'hasGap' | 'attempts' | 'position'> {
  const attempts = known && known.position === position ? known.attempts : 0;
  return { hasGap: false, attempts: attempts + (known?.hasGap ? 1 : 0), position };
}

function serviceOf(message: Outgoing | undefined): string | undefined {
  // `connectionParams` has no path.
  return message?.params?.path?.split('.')[0];
}

/** What is no frame is answered to nobody: a link that throws here would report an error nobody can catch. */
function readServerFrame(data: unknown): ServerFrame {
  try {
    const frame: unknown = JSON.parse(data as string);
    return typeof frame === 'object' && frame !== null ? (frame as ServerFrame) : IGNORED;
  } catch {
    return IGNORED;
  }
}

/** How many events further the second id is; 1 for ids of another kind or epoch, which are handed on as they come. */
function distance(last: string | undefined, id: string | undefined): number {
  const [from, to] = [parseEventId(last ?? ''), parseEventId(id ?? '')];
  return from && to && from.epoch === to.epoch ? to.offset - from.offset : 1;
}

function unfilled({ id, params: { path, lastEventId } }: Outgoing, got: string | undefined): object {
  const message = `[PRECONDITION_FAILED] ${path} has a hole: got ${got} after ${lastEventId} on ${MAX_GAP_CONNECTIONS} connections in a row; begin anew without lastEventId`;
  return { id, error: errorShape({ code: 'PRECONDITION_FAILED', path, message }) };
}
