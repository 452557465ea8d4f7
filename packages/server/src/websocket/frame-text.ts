/**
 * Frames as the server writes them. Events are spliced in as the text they were stored as: they are encoded once, however many
 * subscribers they have. PROTOCOL.md sections 3.1 and 3.3.
 */

import { type ErrorShapeParts, errorShape } from '@org/gateway-core/errors';
import {
  type ErrorFrame,
  type EventPosition,
  formatEventId,
  type ReconnectFrame,
  type RequestId,
  type ResultFrame,
} from '@org/gateway-core/protocol';
import type { Outcome } from '../execute/outcome.js';
import { traceOfInvocation } from '../telemetry/env.js';
import type { SocketEvent } from './socket-event.js';

/** API Gateway closes the connection with 1009 for a larger message. Source: API Gateway quotas, "Message payload size". */
export const MAX_MESSAGE_BYTES = 131_072;

/** Asks for a move to a new connection, P3.11. */
export const RECONNECT_FRAME = JSON.stringify({ id: null, method: 'reconnect' } satisfies ReconnectFrame);

/** `started` of a subscription, with the position it starts after: what to resume from until an event has come. P3.7. */
export function startedFrame(id: RequestId, from: EventPosition): string {
  return JSON.stringify({ id, result: { type: 'started', id: formatEventId(from) } } satisfies ResultFrame);
}

/** `stopped` of a subscription, P3.10. */
export function stoppedFrame(id: RequestId): string {
  return JSON.stringify({ id, result: { type: 'stopped' } } satisfies ResultFrame);
}

/** An event in tRPC's tracked form, the id twice, P3.7. */
export function eventFrame(id: RequestId, position: EventPosition, dataJson: string): string {
  const event = JSON.stringify(formatEventId(position));
  return `{"id":${JSON.stringify(id)},"result":{"type":"data","id":${event},"data":{"id":${event},"data":${dataJson}}}}`;
}

/** What finds a frame in logs and traces: API Gateway's id of it, and X-Ray's of the invocation. */
export interface FrameSource {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

/** Of an event. */
export function sourceOf({ requestContext: { requestId } }: SocketEvent): FrameSource {
  return { requestId, traceId: traceOfInvocation() };
}

/** A failure of a request, or with `null` of a frame. */
export function errorFrame(id: RequestId | null, error: ErrorShapeParts, source: FrameSource = {}): string {
  return JSON.stringify({ id, error: errorShape({ ...source, ...error }) } satisfies ErrorFrame);
}

/** What became of a call, however large it is. */
export function outcomeText(id: RequestId, outcome: Outcome, source?: FrameSource): string {
  if (!outcome.ok) return errorFrame(id, outcome.error, source);
  return JSON.stringify({ id, result: { type: 'data', data: outcome.data, codecs: outcome.codecs } } satisfies ResultFrame);
}

/** What became of a call; a result that API Gateway would refuse to carry becomes PAYLOAD_TOO_LARGE. */
export function outcomeFrame(id: RequestId, outcome: Outcome, path: string, source?: FrameSource): string {
  const text = outcomeText(id, outcome, source);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_MESSAGE_BYTES) return text;
  const message = `[PAYLOAD_TOO_LARGE] the answer of ${path} has ${bytes} bytes, a socket carries ${MAX_MESSAGE_BYTES}; call it over HTTP`;
  return errorFrame(id, { code: 'PAYLOAD_TOO_LARGE', message, path }, source);
}
