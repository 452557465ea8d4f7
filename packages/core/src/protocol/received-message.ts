/**
 * A message of a client, read, or what was wrong with it.
 */

import type {
  AuthFrame,
  CallFrame,
  ConnectionParamsFrame,
  PartFrame,
  RequestId,
  StopFrame,
  SyncFrame,
  UploadedFrame,
  UploadFrame,
} from './message.js';

/** Says what was got and what was expected, with the request id when there is one. */
export interface InvalidMessage {
  readonly kind: 'invalid';
  readonly id: RequestId | null;
  readonly code: 'PARSE_ERROR' | 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE';
  readonly message: string;
}

/** One message of a frame, read. */
export type ReceivedMessage =
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'call'; readonly frame: CallFrame }
  | { readonly kind: 'stop'; readonly frame: StopFrame }
  | { readonly kind: 'connectionParams'; readonly frame: ConnectionParamsFrame }
  | { readonly kind: 'sync'; readonly frame: SyncFrame }
  | { readonly kind: 'part'; readonly frame: PartFrame }
  | { readonly kind: 'uploaded'; readonly frame: UploadedFrame }
  | { readonly kind: 'upload'; readonly frame: UploadFrame }
  | { readonly kind: 'auth'; readonly frame: AuthFrame }
  | InvalidMessage;

/** An entry for a message that cannot be read. */
export function invalid(id: RequestId | null, code: InvalidMessage['code'], message: string): InvalidMessage {
  return { kind: 'invalid', id, code, message: `[${code}] ${message}` };
}
