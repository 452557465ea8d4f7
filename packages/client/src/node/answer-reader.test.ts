import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader } from './answer-reader.js';

/** Reads an answer that comes in pieces, then the end of the connection. */
function read(pieces: readonly (string | Buffer)[], { isHead = false } = {}) {
  const reader = new AnswerReader();
  reader.begin(isHead);
  for (const piece of pieces) {
    const answer = reader.push(Buffer.from(piece as string));
    if (answer) return { ...answer, text: answer.body.toString(), ended: false };
  }
  const answer = reader.end();
  return answer && { ...answer, text: answer.body.toString(), ended: true };
}

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGrüße\n'.replace('7', '8');
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n00A\r\n, 0123\r\n56\r\n0\r\nx-sum: 1\r\n\r\n';

describe('an answer', () => {
  it.each([
    ['of a length', LENGTH, 'Grüße\n'],
    ['in chunks, with extensions and trailers', CHUNKS, 'hello, 0123\r\n56'],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['of no bytes', 'HTTP/1.1 200\r\ncontent-length:0\r\n\r\n', ''],
    ['after interim ones', `HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${LENGTH}`, 'Grüße\n'],
  ])('%s is complete with its last byte, in whatever pieces it comes', (_, whole, text) => {
    const bytes = Buffer.from(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        const answer = read(pieces);
        expect(answer).toMatchObject({ text, isReusable: true, ended: false });
      }),
      { numRuns: 60 },
    );
  });

  it('without a length ends with the connection', () => {
    expect(read(['HTTP/1.1 200 OK\r\n\r\nsome', ' text'])).toMatchObject({ text: 'some text', isReusable: false, ended: true });
  });

  it('that breaks off is none', () => {
    for (const broken of [LENGTH.slice(0, -1), CHUNKS.slice(0, -2), 'HTTP/1.1 200 OK\r\n', '']) expect(read([broken])).toBeUndefined();
  });

  it('to a HEAD request has no body, whatever its length says', () => {
    expect(read(['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'], { isHead: true })).toMatchObject({ text: '', isReusable: true });
  });

  it('keeps its fields by name, in any case, and joins those of one name', () => {
    const { head } = read(['HTTP/1.1 200 OK\r\nX-A: 1 \r\nx-a:\t2\r\nx-empty:\r\ncontent-length: 0\r\n\r\n']) ?? {};
    expect([head?.fields.get('x-a'), head?.fields.get('x-empty')]).toEqual(['1, 2', '']);
  });
});

describe('a connection is not used again', () => {
  const body = '\r\ncontent-length: 0\r\n\r\n';
  it.each([
    ['the server closes it', `HTTP/1.1 200 OK\r\nConnection: Close${body}`, false],
    ['it is of HTTP/1.0', `HTTP/1.0 200 OK${body}`, false],
    ['there are bytes after the answer', `HTTP/1.1 200 OK${body}HTTP`, false],
    ['an answer has a length and chunks', `${CHUNKS.replace('\r\n', '\r\ncontent-length: 5\r\n')}`, false],
    ['but for HTTP/1.0 that keeps it', `HTTP/1.0 200 OK\r\nconnection: keep-alive${body}`, true],
  ])('when %s', (_, answer, isReusable) => {
    expect(read([answer])?.isReusable).toBe(isReusable);
  });
});

describe('what could be read as something else is refused', () => {
  it.each([
    ['HTTP/2 200\r\n\r\n', /HTTP\/2 200.*expected HTTP\/1\.1/],
    ['SSH-2.0-OpenSSH\r\n\r\n', /SSH/],
    ['HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n', /expected HTTP/],
    ['HTTP/1.1 200 OK\r\nname : 1\r\n\r\n', /expected HTTP/],
    ['HTTP/1.1 200 OK\r\na: 1\nb: 2\r\n\r\n', /expected HTTP/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n', /content-length 5, 6/],
    ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', /content-length -1/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n', /transfer-encoding gzip, chunked/],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', /101/],
    [CHUNKS.replace('5;', 'five;'), /chunk size "five;a=b"/],
    [CHUNKS.replace('5;', '4;'), /longer than its size/],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`, /65536 bytes of fields/],
  ])('%j', (answer, message) => {
    expect(() => read([answer])).toThrow(message);
  });
});
