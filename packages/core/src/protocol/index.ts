/** The wire: frames, limits, event ids, close codes. No zod. PROTOCOL.md is the normative text. */

// For servers and clients.
export {
  GATEWAY_MAX_FRAME_BYTES,
  MAX_BATCH,
  MAX_BEHIND,
  MAX_CURSORS,
  MAX_FRAME_BYTES,
  MAX_PARTS,
  MAX_RESPONSE_BYTES,
  MAX_SUBSCRIPTIONS,
  MAX_URL_LENGTH,
  SOCKET_DEADLINE_MS,
} from './aws-limits.js';
export { BYE_CODES, CLOSE_CODES } from './close-code.js';
// For servers.
export { readFrame } from './codec.js';
export { type EventPosition, formatEventId, parseEventId } from './event-id.js';
export {
  type AuthAnswer,
  type AuthFrame,
  type ByeFrame,
  type CallFrame,
  type ClientFrame,
  type ConnectionParamsFrame,
  type ErrorFrame,
  type EventsFrame,
  GATEWAY_PROTOCOL,
  GATEWAY_SERVICE,
  type GatewayStart,
  type OffsetEvent,
  type PartFrame,
  PING,
  PONG,
  type ReconnectFrame,
  type ReferenceFrame,
  type RequestId,
  type ResetReason,
  type ResultFrame,
  type ServerFrame,
  type StopFrame,
  type SyncCursor,
  type SyncedFrame,
  type SyncFrame,
  type SyncState,
  TICKET_PROCEDURE,
  type Ticket,
  type UploadedFrame,
  type UploadFrame,
  type UploadPlace,
} from './message.js';
export { isNestedDeeper, MAX_DEPTH } from './nesting.js';
export type { InvalidMessage, ReceivedMessage } from './received-message.js';
export { RPC_ROOT, splitPath } from './rpc-path.js';
export type { WireForm, WireKind, WirePath } from './wire-value.js';
