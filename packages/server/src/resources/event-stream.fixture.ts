/**
 * AWS's event stream encoding, for what a fake service streams: each message is its length, the length of its headers, a CRC-32 of both,
 * headers, payload, and a CRC-32 of all. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */

import { crc32 } from 'node:zlib';

/** Type 7 of a header's value: text. */
const TEXT = 7;

/** One message. */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const header = Buffer.concat(Object.entries(headers).map(([name, value]) => headerOf(name, value)));
  const message = Buffer.alloc(16 + header.length + payload.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(header.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(header, 12);
  message.set(payload, 12 + header.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

/** A piece of a model's answer. */
export function payloadPart(bytes: Uint8Array): Uint8Array {
  return eventStreamMessage({ ':event-type': 'PayloadPart', ':content-type': 'application/octet-stream', ':message-type': 'event' }, bytes);
}

/** A failure in the middle of a stream. */
export function streamException(type: string, body: object): Uint8Array {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' };
  return eventStreamMessage(headers, Buffer.from(JSON.stringify(body)));
}

function headerOf(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const head = Buffer.from([name.length, ...Buffer.from(name), TEXT, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([head, text]);
}
