/** The wire: frames, limits, event ids, close codes. No zod. PROTOCOL.md is the normative text. */

// For servers and clients.
export {
  GATEWAY_MAX_FRAME_BYTES,
  MAX_BATCH,
  MAX_FRAME_BYTES,
  MAX_RESPONSE_BYTES,
  MAX_URL_LENGTH,
  SOCKET_DEADLINE_MS,
} from './aws-limits.js';
export { CLOSE_CODES } from './close-code.js';
// For servers.
export { type ReceivedMessage, readFrame } from './codec.js';
export { type EventPosition, formatEventId, parseEventId } from './event-id.js';
export {
  type CallFrame,
  type ClientFrame,
  type ConnectionParamsFrame,
  type ErrorFrame,
  PING,
  PONG,
  type ReconnectFrame,
  type RequestId,
  type ResultFrame,
  type ServerFrame,
  type StopFrame,
} from './message.js';
export { RPC_ROOT, splitPath } from './rpc-path.js';
