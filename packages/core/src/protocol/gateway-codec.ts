/**
 * Reads the messages of our own client to the gateway itself, `gw.…`. PROTOCOL.md section 3.6.
 */

import { MAX_CURSORS, MAX_PARTS } from './aws-limits.js';
import type { SyncCursor } from './message.js';
import { describe, isRecord, isRequestId } from './message-parts.js';
import { invalid, type ReceivedMessage } from './received-message.js';

type Fields = Readonly<Record<string, unknown>>;

/** Characters of the name of a message in parts. */
const MAX_PART_KEY_LENGTH = 64;

/** Characters of an event id. */
const MAX_POSITION_LENGTH = 64;

/** Characters of the key of an uploaded message. */
const MAX_UPLOAD_KEY_LENGTH = 256;

/** Characters of a token: API Gateway takes headers of 10,240 bytes together, so no longer one is of use over HTTP. */
const MAX_TOKEN_LENGTH = 16_384;

const SHA256 = /^[0-9a-f]{64}$/;

/** Reads one. Never throws. */
export function readGatewayMessage(value: Fields, method: string): ReceivedMessage {
  const id = isRequestId(value.id) ? value.id : null;
  const svc = typeof value.svc === 'string' ? { svc: value.svc } : {};
  if (!isRecord(value.params))
    return invalid(id, 'BAD_REQUEST', `${method} has no params: got ${describe(value.params)}, expected an object`);
  const { params } = value;
  const refuse = (field: string, expected: string): ReceivedMessage =>
    invalid(id, 'BAD_REQUEST', `${method} has no ${field}: got ${describe(params[field])}, expected ${expected}`);
  switch (method) {
    case 'gw.sync': {
      const { n, c } = params;
      if (!isCount(n, 0, Number.MAX_SAFE_INTEGER)) return refuse('n', 'a whole number from 0');
      if (!Array.isArray(c) || c.length > MAX_CURSORS || !c.every(isCursor)) {
        return refuse('c', `at most ${MAX_CURSORS} pairs of a request id and an event id`);
      }
      return { kind: 'sync', frame: { id: null, method, ...svc, params: { n, c: c.map(([request, at]) => [request, at] as const) } } };
    }
    case 'gw.part': {
      const { k, i, n, d } = params;
      if (!isText(k, MAX_PART_KEY_LENGTH)) return refuse('k', `a text of 1 to ${MAX_PART_KEY_LENGTH} characters`);
      if (!isCount(n, 2, MAX_PARTS)) return refuse('n', `a whole number from 2 to ${MAX_PARTS}; upload a larger message`);
      if (!isCount(i, 0, n - 1)) return refuse('i', `a whole number from 0 to ${n - 1}`);
      if (typeof d !== 'string') return refuse('d', 'a text');
      return { kind: 'part', frame: { id: null, method, ...svc, params: { k, i, n, d } } };
    }
    case 'gw.ref': {
      const { key, bytes, sha256 } = params;
      if (!isText(key, MAX_UPLOAD_KEY_LENGTH)) return refuse('key', 'the key that gw.upload gave');
      if (!isCount(bytes, 1, Number.MAX_SAFE_INTEGER)) return refuse('bytes', 'a whole number from 1');
      if (!isSha256(sha256)) return refuse('sha256', '64 hexadecimal digits');
      return { kind: 'uploaded', frame: { id: null, method, ...svc, params: { key, bytes, sha256 } } };
    }
    case 'gw.upload': {
      const { bytes, sha256 } = params;
      if (id === null)
        return invalid(
          null,
          'BAD_REQUEST',
          `${method} has no id: got ${describe(value.id)}, expected a number or a text of 1 to 128 characters`,
        );
      if (!isCount(bytes, 1, Number.MAX_SAFE_INTEGER)) return refuse('bytes', 'a whole number from 1');
      if (!isSha256(sha256)) return refuse('sha256', '64 hexadecimal digits');
      return { kind: 'upload', frame: { id, method, ...svc, params: { bytes, sha256 } } };
    }
    case 'gw.auth': {
      const { token } = params;
      // What was got is not said: it may be a token.
      if (token !== null && !isText(token, MAX_TOKEN_LENGTH))
        return invalid(id, 'BAD_REQUEST', `gw.auth has no token: expected a text of 1 to ${MAX_TOKEN_LENGTH} characters, or null`);
      return { kind: 'auth', frame: { id, method, ...svc, params: { token } } };
    }
    default:
      return invalid(id, 'BAD_REQUEST', `unknown method: got ${describe(method)}, expected gw.sync, gw.part, gw.upload, gw.ref or gw.auth`);
  }
}

function isCount(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength;
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && SHA256.test(value);
}

/** Whether the id is one of an event is the log's to say: a forged one is answered, not refused. */
function isCursor(value: unknown): value is SyncCursor {
  return Array.isArray(value) && value.length === 2 && isRequestId(value[0]) && isText(value[1], MAX_POSITION_LENGTH);
}
