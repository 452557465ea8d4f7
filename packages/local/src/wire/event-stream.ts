/**
 * AWS's framing of streamed answers, `application/vnd.amazon.eventstream`: each message has a prelude with lengths, headers, a payload, and
 * CRC32 sums of the prelude and of the whole. https://smithy.io/2.0/aws/amazon-eventstream.html - only string headers are written.
 */
import { crc32 } from 'node:zlib';

/** The content type of an answer in this framing. */
export const eventStreamType = 'application/vnd.amazon.eventstream';

/** An event of the stream: `PayloadPart` with bytes. */
export function eventMessage(eventType: string, contentType: string, payload: Uint8Array): Buffer {
  return frame({ ':event-type': eventType, ':content-type': contentType, ':message-type': 'event' }, payload);
}

/** A modeled error, which ends the stream: clients throw it under its name. */
export function exceptionMessage(exceptionType: string, members: Readonly<Record<string, unknown>>): Buffer {
  const headers = { ':exception-type': exceptionType, ':content-type': 'application/json', ':message-type': 'exception' };
  return frame(headers, Buffer.from(JSON.stringify(members)));
}

/** The type of a string among the values that headers can have. */
const stringType = 7;
const preludeBytes = 12;
const checksumBytes = 4;

function frame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const headerBlock = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const message = Buffer.alloc(preludeBytes + headerBlock.length + payload.length + checksumBytes);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headerBlock.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headerBlock.copy(message, preludeBytes);
  message.set(payload, preludeBytes + headerBlock.length);
  const end = message.length - checksumBytes;
  message.writeUInt32BE(crc32(message.subarray(0, end)), end);
  return message;
}

function header(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length);
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, Buffer.from([stringType]), length, valueBytes]);
}
