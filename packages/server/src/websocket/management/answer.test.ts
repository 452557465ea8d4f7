import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer.js';

const OK = 'HTTP/1.1 200 OK\r\nDate: Wed, 01 May 2024 12:00:00 GMT\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n';

describe('an answer', () => {
  it('without a body leaves its connection for the next request', () => {
    expect(readAnswer(OK)).toEqual({ status: 200, errorType: undefined, body: '', reusable: true });
    expect(readAnswer('HTTP/1.1 204 No Content\r\n\r\n')).toMatchObject({ status: 204, reusable: true });
  });

  it('tells its error by name and by sentence', () => {
    const head =
      'HTTP/1.1 429 Too Many Requests\r\nX-Amzn-ErrorType: LimitExceededException:http://internal/\r\ncontent-length: 17\r\n\r\n';
    expect(readAnswer(`${head}{"message":null}`)).toBeUndefined();
    expect(readAnswer(`${head}{"message":null} `)).toMatchObject({
      status: 429,
      errorType: 'LimitExceededException',
      body: '{"message":null} ',
    });
  });

  it('in chunks ends with the last chunk and its trailers', () => {
    const head = 'HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(readAnswer(`${head}3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`)).toMatchObject({ body: 'abc0123456789', reusable: true });
    expect(readAnswer(`${head}1\r\na\r\n0\r\nx: y\r\n\r\n`)).toMatchObject({ body: 'a', reusable: true });
    expect(readAnswer(`${head}1\r\na\r\n0\r\n`)).toBeUndefined();
    expect(() => readAnswer(`${head}zz\r\n`)).toThrow('without a size');
    expect(() => readAnswer(`${head}1\r\nabc\r\n`)).toThrow('longer than its size');
  });

  it('without a length ends with its connection', () => {
    const text = 'HTTP/1.1 502 Bad Gateway\r\n\r\n<html>';
    expect(readAnswer(text)).toBeUndefined();
    expect(readAnswer(text, true)).toEqual({ status: 502, errorType: undefined, body: '<html>', reusable: false });
  });

  it('comes after informational ones', () => {
    expect(readAnswer(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}`)).toMatchObject({ status: 200, reusable: true });
  });

  it.each([
    ['asks to close', 'HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n'],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['is followed by something', `${OK}HTTP`],
  ])('ends its connection when it %s', (_, text) => {
    expect(readAnswer(text)).toMatchObject({ status: 200, reusable: false });
  });

  it.each(['SSH-2.0-OpenSSH_9.6\r\n', 'HTTP/2 200\r\n\r\n', 'HTTP/1.1 abc\r\n\r\n', 'HTTP/1.1 900 x\r\n\r\n'])('is not %j', (text) => {
    expect(() => readAnswer(text)).toThrow('expected HTTP/1.1');
  });

  it('is not endless', () => {
    expect(() => readAnswer(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_536)}`)).toThrow('65536 bytes');
  });

  it('never comes early, wherever the network cuts it', () => {
    const whole = 'HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;a\r\n\r\n\r\n0\r\nx: y\r\n\r\n';
    for (let cut = 0; cut < whole.length; cut++) expect(readAnswer(whole.slice(0, cut))).toBeUndefined();
    expect(readAnswer(whole)).toMatchObject({ status: 500, body: 'abc\r\n' });
  });

  it('is an answer, nothing yet, or an error for any bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom('HTTP/1.1 200 OK', '\r\n', '\r\n\r\n', 'content-length: 3', 'transfer-encoding: chunked', '0', 'ff', ';', ' '),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, ended) => {
        try {
          const answer = readAnswer(pieces.join(''), ended);
          if (answer !== undefined) expect(answer.status).toBeGreaterThanOrEqual(200);
        } catch (cause) {
          expect((cause as Error).message).toMatch(/^got /);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
