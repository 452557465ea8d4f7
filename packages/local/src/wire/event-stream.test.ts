import { describe, expect, it } from 'vitest';
import { eventMessage, exceptionMessage } from './event-stream.js';

describe('the event stream framing', () => {
  it('writes an event as the specification lays it out', () => {
    // 12 bytes of prelude, 89 of headers, 2 of payload, 4 of checksum. Sums by zlib's crc32 of Python.
    const message = eventMessage('PayloadPart', 'application/octet-stream', Buffer.from('hi'));
    expect([message.readUInt32BE(0), message.readUInt32BE(4), message.length]).toEqual([107, 89, 107]);
    expect(message.subarray(12, 12 + 26).toString('latin1')).toBe('\x0b:event-type\x07\x00\x0bPayloadPart');
    expect(message.subarray(-6, -4).toString()).toBe('hi');
    expect(message.subarray(-4).toString('hex')).toBe('f0e10a16');
  });

  it('writes an exception with its name and its members as JSON', () => {
    const message = exceptionMessage('ModelStreamError', { Message: 'gone' });
    expect(message.toString('latin1')).toContain('\x0f:exception-type\x07\x00\x10ModelStreamError');
    expect(message.toString('latin1')).toContain('{"Message":"gone"}');
  });
});
