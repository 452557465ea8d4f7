/** Batches in JSON lines, PROTOCOL.md P2.17. */

import { describe, expect, it } from 'vitest';
import { memoryPayloads } from '../large-messages/payloads.fixture.js';
import { notesParts, notesRest, v1, v1Json } from './rest.fixture.js';
import type { RestEventV1 } from './rest-event.js';
import { createRestAnswers, type OpenLines } from './rest-handler.js';

const LINES = { 'trpc-accept': ['application/jsonl'] };
const batch = (names: string, input: object, headers: RestEventV1['multiValueHeaders'] = LINES, method = 'GET') =>
  v1(method, `/rpc/notes/${names}`, {
    multiValueHeaders: headers,
    multiValueQueryStringParameters: { batch: ['1'], input: [JSON.stringify(input)] },
  });

/** Streams an answer and keeps what was written. */
function recorder() {
  const written: unknown[] = [];
  const open: OpenLines = ({ statusCode, headers }) => {
    written.push([statusCode, headers['content-type'], headers['access-control-allow-origin']]);
    return (line) => written.push(line);
  };
  return { written, open };
}

const BOTH = '{"0":[[0],[null,0,0]],"1":[[0],[null,0,1]]}\n';

describe('a batch whose caller reads lines', () => {
  it('P2.17 is answered 200 by a line per call, failures in their places, and of what does not stream in one piece', async () => {
    const { statusCode, headers, body } = await notesRest().handle(batch('get,get', { 0: { id: 'a' }, 1: { id: 'missing' } }));
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/jsonl']);
    const lines = body.split('\n');
    expect(lines.slice(0, 2)).toEqual([BOTH.trim(), '[0,0,[[{"result":{"data":{"id":"a","text":"hello"}}}]]]']);
    expect(JSON.parse(lines[2] as string)).toMatchObject([1, 0, [[{ error: { data: { code: 'NOT_FOUND', httpStatus: 404 } } }]]]);
    expect(lines.slice(3)).toEqual(['']);
  });

  it('P2.17 is asked for by either header, of batches only, and not by HEAD', async () => {
    const { handle } = notesRest();
    const typeOf = async (event: RestEventV1) => (await handle(event)).headers['content-type'];
    const input = { 0: { id: 'a' } };
    expect(await typeOf(batch('get', input, { accept: ['application/jsonl, application/json;gw=2'] }))).toBe('application/jsonl');
    expect(await typeOf(batch('get', input, { accept: ['application/json;gw=2'] }))).toBe('application/json');
    expect(await typeOf(batch('get', input, LINES, 'HEAD'))).toBe('application/json');
    expect(
      await typeOf(v1Json('/rpc/notes/add', '{"text":"x"}', { multiValueHeaders: { ...LINES, 'content-type': ['application/json'] } })),
    ).toBe('application/json');
  });

  it('P2.17 begins with its first line where it can be streamed', async () => {
    const { written, open } = recorder();
    await createRestAnswers(notesParts())(batch('get,get', { 0: { id: 'a' }, 1: { id: 'b' } }), undefined, open);
    expect(written).toEqual([
      [200, 'application/jsonl', '*'],
      BOTH,
      '[0,0,[[{"result":{"data":{"id":"a","text":"hello"}}}]]]\n',
      '[1,0,[[{"result":{"data":{"id":"b","text":"hello"}}}]]]\n',
    ]);
  });

  it('P2.17 has one result that is too large referred to or refused, and leaves the others alone', async () => {
    const { store } = memoryPayloads();
    const input = { 0: { n: 1_600_000 }, 1: { n: 1 } };
    const follows = recorder();
    await createRestAnswers(notesParts({ payloads: store }))(
      batch('huge,huge', input, { accept: ['application/jsonl,application/json;gw=2'] }),
      undefined,
      follows.open,
    );
    expect(
      follows.written
        .slice(2)
        .map((line) => (line as string).slice(0, 48))
        .sort(),
    ).toEqual(['[0,0,[[{"result":{"ref":{"url":"https://s3.test/', '[1,0,[[{"result":{"data":"\\""}}]]]\n']);
    const stock = recorder();
    await createRestAnswers(notesParts({ payloads: store }))(batch('huge,huge', input), undefined, stock.open);
    expect(stock.written.find((line) => String(line).startsWith('[0,'))).toContain('"code":"PAYLOAD_TOO_LARGE"');
  });

  it('P2.17 is refused as a whole in one piece: a request that cannot be read has no calls', async () => {
    const { written, open } = recorder();
    const event = batch('get', {});
    const unreadable = { ...event, multiValueQueryStringParameters: { batch: ['1'], input: ['{'] } };
    const { statusCode, headers } = await createRestAnswers(notesParts())(unreadable, undefined, open);
    expect([statusCode, headers['content-type'], written]).toEqual([400, 'application/json', []]);
  });
});
