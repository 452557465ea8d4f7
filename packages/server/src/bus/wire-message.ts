/**
 * A message as it travels: JSON with its name, id, key, time and data. The form is the same on every transport: the text of an SNS
 * message and of the SQS message behind it, and the attribute `message` of a row in a bus table. Both ends check it; whether `data` fits
 * the contract is checked by who publishes and by who consumes.
 */

import { GatewayError } from '@org/gateway-core/errors';

export interface WireMessage {
  /** Of the message, in its group. */
  readonly name: string;
  /** The same again for a repetition. */
  readonly id: string;
  /** Messages of one key are in order on an ordered bus. */
  readonly key: string;
  readonly publishedAtMs: number;
  readonly data: unknown;
}

/** Below SNS's and SQS's 262,144 bytes, which attributes count towards too. */
export const MAX_MESSAGE_BYTES = 250_000;

/** Attribute of a bus table's row that holds the message's JSON. Its name is there too, as `name`: stream filters go by it. */
export const BUS_TABLE_MESSAGE = 'message';

/** SNS message attribute that carries the message's name: subscriptions filter by it. */
export const SNS_NAME_ATTRIBUTE = 'message';

/** Ids and keys: DynamoDB's limit for a sort key is 1,024 bytes. */
const MAX_ID_BYTES = 1_024;

/**
 * The JSON of a message.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE for over 250,000 bytes; INTERNAL_SERVER_ERROR for what `readMessage` would refuse.
 */
export function writeMessage(message: WireMessage): string {
  const { name, id, key, publishedAtMs, data } = message;
  const wrong = misfitOf({ name, id, key, publishedAtMs, data: data ?? null });
  if (wrong !== undefined) throw new GatewayError('INTERNAL_SERVER_ERROR', `message ${name} cannot be published: ${wrong}`);
  const text = JSON.stringify({ name, id, key, publishedAtMs, data: data ?? null });
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_MESSAGE_BYTES) return text;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] message ${name} is too large: got ${bytes} bytes of JSON, expected at most ${MAX_MESSAGE_BYTES}; publish where the data is instead`,
  );
}

/**
 * The message of a JSON text. Fields that a later version adds are left out.
 *
 * @throws Error that names what is wrong and none of the text: a consumer cannot do anything with it, and its queue's dead letters keep it.
 */
export function readMessage(text: string): WireMessage {
  const value = parse(text);
  const wrong = misfitOf(value);
  if (wrong !== undefined) throw new Error(`[BUS] not a message: ${wrong}; expected {"name","id","key","publishedAtMs","data"}`);
  const { name, id, key, publishedAtMs, data } = value as WireMessage;
  return { name, id, key, publishedAtMs, data };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`[BUS] not a message: ${text.length} characters that are no JSON`);
  }
}

/** Why a value is no message, in words; undefined when it is one. */
function misfitOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'got no object';
  const { name, id, key, publishedAtMs, data } = value as Readonly<Record<string, unknown>>;
  if (!isText(name)) return 'bad name';
  if (!isText(id)) return `bad id, expected 1 to ${MAX_ID_BYTES} bytes`;
  if (!isText(key)) return `bad key, expected 1 to ${MAX_ID_BYTES} bytes`;
  if (typeof publishedAtMs !== 'number' || !Number.isSafeInteger(publishedAtMs) || publishedAtMs < 0) return 'bad publishedAtMs';
  return data === undefined ? 'no data' : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_ID_BYTES;
}
