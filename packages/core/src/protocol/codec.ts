/**
 * Reads what a client sent. A frame is `PING`, `PONG`, one message or an array of messages; every message that cannot be read
 * becomes an `invalid` entry that says what was got and what was expected, with the request id when there is one, so that one
 * bad message never costs the others their answer. Prototype keys in inputs are kept as data: nothing is merged.
 */

import { MAX_BATCH } from './aws-limits.js';
import { type CallFrame, type ConnectionParamsFrame, PING, PONG, type RequestId, type StopFrame } from './message.js';

/** A service and a procedure of 64 characters each, and the dot. A longer one would come back twice in an error that fits no frame. */
const MAX_PATH_LENGTH = 129;

/** One message of a frame, read. */
export type ReceivedMessage =
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'call'; readonly frame: CallFrame }
  | { readonly kind: 'stop'; readonly frame: StopFrame }
  | { readonly kind: 'connectionParams'; readonly frame: ConnectionParamsFrame }
  | {
      readonly kind: 'invalid';
      readonly id: RequestId | null;
      readonly code: 'PARSE_ERROR' | 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE';
      readonly message: string;
    };

/** The messages of a client's text frame, in its order. Never throws. */
export function readFrame(text: string): readonly ReceivedMessage[] {
  if (text === PING) return [{ kind: 'ping' }];
  if (text === PONG) return [{ kind: 'pong' }];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [invalid(null, 'PARSE_ERROR', `frame is not JSON: got ${quoted(text)}, expected one message or an array of messages`)];
  }
  if (!Array.isArray(value)) return [readMessage(value)];
  if (value.length === 0) return [invalid(null, 'BAD_REQUEST', 'frame is an empty array: expected at least one message')];
  if (value.length > MAX_BATCH) {
    return [
      invalid(null, 'PAYLOAD_TOO_LARGE', `frame has ${value.length} messages, expected at most ${MAX_BATCH}; send them in several frames`),
    ];
  }
  return value.map(readMessage);
}

function readMessage(value: unknown): ReceivedMessage {
  if (!isRecord(value)) return invalid(null, 'BAD_REQUEST', `message is not an object: got ${describe(value)}`);
  if (value.method === 'connectionParams') return readConnectionParams(value);
  const id = value.id;
  if (!isRequestId(id))
    return invalid(null, 'BAD_REQUEST', `message has no id: got ${describe(id)}, expected a number or a text of 1 to 128 characters`);
  switch (value.method) {
    case 'subscription.stop':
      return { kind: 'stop', frame: { id, method: value.method, ...serviceOf(value) } };
    case 'query':
    case 'mutation':
    case 'subscription':
      return readCall(value, id, value.method);
    default:
      return invalid(
        id,
        'BAD_REQUEST',
        `unknown method: got ${describe(value.method)}, expected query, mutation, subscription or subscription.stop`,
      );
  }
}

function readCall(value: Readonly<Record<string, unknown>>, id: RequestId, method: CallFrame['method']): ReceivedMessage {
  const { params } = value;
  if (!isRecord(params) || typeof params.path !== 'string' || params.path === '') {
    return invalid(
      id,
      'BAD_REQUEST',
      `message has no params.path: got ${describe(isRecord(params) ? params.path : params)}, expected "service.procedure"`,
    );
  }
  const { path, input, lastEventId } = params;
  if (path.length > MAX_PATH_LENGTH) {
    return invalid(id, 'BAD_REQUEST', `params.path is too long: got ${describe(path)}, expected at most ${MAX_PATH_LENGTH} characters`);
  }
  if (lastEventId !== undefined && typeof lastEventId !== 'string') {
    return invalid(id, 'BAD_REQUEST', `params.lastEventId is not a text: got ${describe(lastEventId)}`);
  }
  return {
    kind: 'call',
    frame: {
      id,
      method,
      ...serviceOf(value),
      params: { path, ...(input === undefined ? {} : { input }), ...(lastEventId === undefined ? {} : { lastEventId }) },
    },
  };
}

function readConnectionParams(value: Readonly<Record<string, unknown>>): ReceivedMessage {
  const { data } = value;
  if (data === null) return { kind: 'connectionParams', frame: { method: 'connectionParams', data } };
  if (!isRecord(data))
    return invalid(null, 'BAD_REQUEST', `connectionParams.data is ${describe(data)}, expected null or an object of texts`);
  const other = Object.entries(data).find(([, item]) => typeof item !== 'string');
  if (other) return invalid(null, 'BAD_REQUEST', `connectionParams.data[${quoted(other[0])}] is ${describe(other[1])}, expected a text`);
  return { kind: 'connectionParams', frame: { method: 'connectionParams', data: data as Readonly<Record<string, string>> } };
}

function serviceOf(value: Readonly<Record<string, unknown>>): { svc?: string } {
  return typeof value.svc === 'string' ? { svc: value.svc } : {};
}

function isRequestId(id: unknown): id is RequestId {
  return (typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id.length > 0 && id.length <= 128);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(id: RequestId | null, code: 'PARSE_ERROR' | 'BAD_REQUEST' | 'PAYLOAD_TOO_LARGE', message: string): ReceivedMessage {
  return { kind: 'invalid', id, code, message: `[${code}] ${message}` };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'an array';
  return isRecord(value) ? 'an object' : String(value);
}

/** A text as JSON writes it, so that quotes, control characters and halves of a character stay visible; the beginning of a long one. */
function quoted(text: string): string {
  return text.length <= 40 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 40))}… (${text.length} characters)`;
}
