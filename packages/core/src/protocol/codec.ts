/**
 * Reads what a client sent. A frame is `PING`, `PONG`, one message or an array of messages; every message that cannot be read
 * becomes an `invalid` entry that says what was got and what was expected, with the request id when there is one, so that one
 * bad message never costs the others their answer. Prototype keys in inputs are kept as data: nothing is merged.
 */

import { MAX_BATCH } from './aws-limits.js';
import { readGatewayMessage } from './gateway-codec.js';
import { type CallFrame, GATEWAY_PROTOCOL, PING, PONG, type RequestId } from './message.js';
import { describe, isRecord, isRequestId, quoted } from './message-parts.js';
import { isNestedDeeper, MAX_DEPTH } from './nesting.js';
import { type InvalidMessage, invalid, type ReceivedMessage } from './received-message.js';

/** A service and a procedure of 64 characters each, and the dot. A longer one would come back twice in an error that fits no frame. */
const MAX_PATH_LENGTH = 129;

/** Characters of an idempotency key. */
const MAX_KEY_LENGTH = 128;

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
  if (isNestedDeeper(text, MAX_DEPTH)) {
    const id = isRecord(value) && isRequestId(value.id) ? value.id : null;
    return [
      invalid(id, 'BAD_REQUEST', `frame has arrays and objects more than ${MAX_DEPTH} deep in each other, expected less; send it flatter`),
    ];
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
  if (typeof value.method === 'string' && value.method.startsWith('gw.')) return readGatewayMessage(value, value.method);
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
  const extensions = readExtensions(value, id);
  if ('kind' in extensions) return extensions;
  return {
    kind: 'call',
    frame: {
      id,
      method,
      ...serviceOf(value),
      ...extensions,
      params: { path, ...(input === undefined ? {} : { input }), ...(lastEventId === undefined ? {} : { lastEventId }) },
    },
  };
}

/** What our client adds to a call, section 3.6; absent from a stock client's. */
function readExtensions(
  { gw, k, dl }: Readonly<Record<string, unknown>>,
  id: RequestId,
): Pick<CallFrame, 'gw' | 'k' | 'dl'> | InvalidMessage {
  if (k !== undefined && !(typeof k === 'string' && k.length > 0 && k.length <= MAX_KEY_LENGTH)) {
    return invalid(id, 'BAD_REQUEST', `k is no idempotency key: got ${describe(k)}, expected a text of 1 to ${MAX_KEY_LENGTH} characters`);
  }
  if (dl !== undefined && !(typeof dl === 'number' && dl >= 0)) {
    return invalid(id, 'BAD_REQUEST', `dl is no deadline: got ${describe(dl)}, expected milliseconds from 0`);
  }
  return { ...(gw === GATEWAY_PROTOCOL ? { gw } : {}), ...(k === undefined ? {} : { k }), ...(dl === undefined ? {} : { dl }) };
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
