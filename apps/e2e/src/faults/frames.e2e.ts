/** Rows of the fault matrix about frames: too large, not text, malformed, hostile. By our client, and by hand past it. Local only. */

import { createHash, randomUUID } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { seededRandom } from '@org/gateway-conformance';
import { documents } from '@org/gateway-contract';
import { createPublisher } from '@org/gateway-server';
import { createDynamoTopicLog, createKeyTable, createKeyTableSdk } from '@org/gateway-server/parts';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { type Frame, type RawSocket, rawSocket } from '../raw-socket.js';
import { longToken, type TestUser, ticketUrl } from '../sign-in.js';
import { holds, useFaultBench, waitFor } from './fault-bench.js';
import { hostileFrames, nested } from './hostile-frames.js';

/** A message for each service that our client may send in one frame. */
const call = (id: unknown, path: string, input: unknown, more: object = {}) => ({
  id,
  svc: path.split('.')[0],
  method: 'query',
  gw: 2,
  params: { path, input },
  ...more,
});
const answerTo = (socket: RawSocket, id: unknown) => socket.next((frame) => 'id' in frame && frame.id === id);
const codeOf = (frame: Frame) => (frame.error as { readonly data?: { readonly code?: string } } | undefined)?.data?.code;
const messageOf = (frame: Frame) => (frame.error as { readonly message?: string } | undefined)?.message;

describe.runIf(inject('stage').local)('frames', () => {
  const bench = useFaultBench();
  const sockets: RawSocket[] = [];
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()));
    // Whatever was sent: no function crashed, and nothing was so unexpected that its cause had to be logged.
    expect(bench.own.journal.filter(({ level }) => level === 'error')).toEqual([]);
    expect(bench.own.logs.filter((line) => /"level":"error"|Runtime exited|Uncaught/.test(line))).toEqual([]);
  });

  const connect = async (user: TestUser = 'ada') => {
    const { stage } = bench.own;
    const socket = await rawSocket(`${await ticketUrl(stage, await longToken(stage, user))}&gw=2`);
    sockets.push(socket);
    return socket;
  };
  /** The connection serves on. */
  const answers = async (socket: RawSocket) => {
    const id = randomUUID();
    socket.send(call(id, 'documents.list', { limit: 1 }));
    expect(await answerTo(socket, id)).toMatchObject({ result: { type: 'data' } });
  };
  const tableNamed = async (word: string) => {
    const dynamo = new DynamoDBClient(bench.own.operatorSettings());
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
    dynamo.destroy();
    return TableNames.find((name) => name.includes(word)) ?? '';
  };
  const aws = () => {
    const { endpoint, region, credentials } = bench.own.operatorSettings();
    return { endpoint, region, credentials };
  };

  describe('of our client', () => {
    it('row 38: inputs of 33 KB and 129 KB, and one with lone surrogates, arrive as they were: the connection is never closed for them', async () => {
      const client = bench.signedIn();
      const topic = bench.topic();
      const listener = await topic.follow(client);
      const { length } = bench.wire.connections;
      const sent = bench.frames.log.length;
      for (const body of ['x'.repeat(33_000), '😀'.repeat(64_500), 'a\ud800b\udc00']) {
        const { id } = await client.documents.save.mutate({ folder: 'large', title: 'Large', body }, { over: 'socket' });
        const read = await client.documents.get.query({ id }, { over: 'socket' });
        // A body is bytes of UTF-8, which has no lone surrogates: they are U+FFFD there.
        expect(read.body === Buffer.from(body).toString()).toBe(true);
      }
      await holds(topic, listener);
      const log = bench.frames.log.slice(sent);
      const sizes = log.flatMap((event) => (event.kind === 'frame' && event.direction === 'up' ? [Buffer.byteLength(event.text)] : []));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(32_000);
      expect(log.filter(({ kind }) => kind === 'close')).toEqual([]);
      expect(bench.wire.connections).toHaveLength(length);
    });

    it('row 38: events of 120 KB in parts and of 1 MB by reference are events as others, also with one that breaks its schema between', async () => {
      const topic = bench.topic();
      const listener = await topic.follow();
      const topicsTable = await tableNamed('Topics');
      const publisher = createPublisher({ service: documents, topicsTable, aws: aws() });
      const document = { id: 'd', folder: topic.folder, title: '', bytes: 1, version: 1, createdAtMs: 1, updatedAtMs: 1 };
      const eventOf = (title: string) => ({ change: 'saved' as const, document: { ...document, title } });
      await topic.save();
      await publisher.publish('changes', topic.folder, eventOf('p'.repeat(120_000)));
      await expect(publisher.publish('changes', topic.folder, { change: 'broken' } as never)).rejects.toMatchObject({
        code: 'INTERNAL_SERVER_ERROR',
      });
      await expect(publisher.publish('changes', topic.folder, eventOf('x'.repeat(1_000_000)))).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      });
      await publisher.close();
      await keepAndAppend(`documents.changes/${topic.folder}`, JSON.stringify(eventOf('r'.repeat(1_000_000))));
      await topic.save();
      await waitFor(() => listener.failure !== undefined || listener.events.length === 4);
      expect(listener.failure).toBeUndefined();
      expect(listener.events.map(({ id, title }) => `${id.split('.')[1]} ${title[0]} ${title.length}`)).toEqual([
        '1 1 1',
        '2 p 120000',
        '3 r 1000000',
        '4 2 1',
      ]);
    });

    /** As a service's `publish` does with an event that fits in no message; no event of the product is so large. */
    const keepAndAppend = async (topic: string, text: string) => {
      const s3 = new S3Client({ ...bench.own.operatorSettings(), forcePathStyle: true });
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      const Bucket = Buckets.find(({ Name }) => Name?.toLowerCase().includes('payloads'))?.Name;
      const key = `out/1/${randomUUID().replaceAll('-', '')}`;
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: text, ContentType: 'application/json' }));
      s3.destroy();
      const sdk = createKeyTableSdk(aws());
      const table = createKeyTable(sdk, await tableNamed('Topics'));
      const clock = { now: bench.own.now, sleep: async () => {} };
      const log = createDynamoTopicLog({ table, clock, random: Math.random, newId: () => randomUUID().replaceAll('-', '') });
      const sha256 = createHash('sha256').update(text).digest('hex');
      await log.append(topic, JSON.stringify({ '$gw.ref': { key, bytes: Buffer.byteLength(text), sha256 } }), 86_400);
      await sdk.destroy();
    };
  });

  describe('by hand', () => {
    it.each([
      ['a frame of 33 KB', () => JSON.stringify(call(1, 'documents.get', { id: 'x'.repeat(33_000) })), 1009],
      ['a binary frame', () => Buffer.from('{"id":1,"method":"query"}'), 1003],
    ])('row 38: %s ends its own connection and no other', async (_, frame, code) => {
      const topic = bench.topic();
      const [socket, listener] = [await rawSocket(`${bench.own.stage.socketUrl}?gw=2`), await topic.follow()];
      socket.send(frame());
      expect(await socket.closed).toBe(code);
      await topic.save();
      await holds(topic, listener);
      expect(listener.starts).toBe(1);
    });

    it('row 38: a lone surrogate as id, key, path or input is data', async () => {
      const socket = await connect();
      socket.send(call('\ud800', 'documents.list', { limit: 1 }));
      expect(await answerTo(socket, '\ud800')).toMatchObject({ result: { type: 'data' } });
      socket.send(call(1, 'documents.\udc00', {}));
      expect(codeOf(await answerTo(socket, 1))).toBe('NOT_FOUND');
      socket.send(call(2, 'documents.get', { id: '\ud800' }));
      expect(codeOf(await answerTo(socket, 2))).toBe('BAD_REQUEST');
      socket.send(call(3, 'documents.remove', { id: 'none' }, { method: 'mutation', k: 'key\ud800' }));
      expect(codeOf(await answerTo(socket, 3))).toBe('NOT_FOUND');
      socket.send(call('\udfff', 'documents.changes', { folder: 'surrogates' }, { method: 'subscription' }));
      expect(await answerTo(socket, '\udfff')).toMatchObject({ result: { type: 'started' } });
    });

    const SHA = 'a'.repeat(64);
    const gw = (method: string, params: unknown, more: object = {}) => ({ id: null, svc: 'gw', method, params, ...more });
    /** Stands for an input that is so deep that it is written by hand. */
    const DEEP = '6,000 deep';
    const cursors = (count: number) => Array.from({ length: count }, (_, at) => [at, 'abc.1']);

    it.each<[string, string | object, string, string?]>([
      ['text that is no JSON', '{"id":1,', 'PARSE_ERROR'],
      ['an empty array', '[]', 'BAD_REQUEST'],
      ['101 messages', JSON.stringify(Array(101).fill(1)), 'PAYLOAD_TOO_LARGE', '100'],
      ['null', 'null', 'BAD_REQUEST'],
      ['arrays 14,000 deep', nested(14_000), 'BAD_REQUEST'],
      ['no method', { svc: 'documents', id: null }, 'BAD_REQUEST'],
      ['an unknown method of the gateway', gw('gw.__proto__', {}), 'BAD_REQUEST'],
      ['no params', gw('gw.sync', null), 'BAD_REQUEST'],
      ['201 cursors', gw('gw.sync', { n: 1, c: cursors(201) }), 'BAD_REQUEST', '200'],
      ['a cursor that is none', gw('gw.sync', { n: 1, c: [[1, 2]] }), 'BAD_REQUEST'],
      ['a part of nine', gw('gw.part', { k: 'p', i: 8, n: 9, d: '' }, { svc: 'documents' }), 'BAD_REQUEST', '8'],
      ['a part for the gateway', gw('gw.part', { k: 'p', i: 0, n: 2, d: '' }), 'BAD_REQUEST'],
      ['a part that is no text', gw('gw.part', { k: 'p', i: 0, n: 2, d: {} }, { svc: 'documents' }), 'BAD_REQUEST'],
      ['a reference out of its folder', gw('gw.ref', { key: 'out/1/x', bytes: 1, sha256: SHA }, { svc: 'documents' }), 'NOT_FOUND'],
      ['a reference upwards', gw('gw.ref', { key: 'in/../out/x', bytes: 1, sha256: SHA }, { svc: 'documents' }), 'NOT_FOUND'],
      ['a sync for a service', gw('gw.sync', { n: 1, c: [] }, { svc: 'documents' }), 'BAD_REQUEST'],
      ['a service named $connect', { svc: '$connect', id: null }, 'BAD_REQUEST'],
      ['a service named __proto__', { svc: '__proto__', id: null }, 'BAD_REQUEST'],
    ])('row 39: %s is a typed error, and the connection survives', async (_, frame, code, limit = '') => {
      const socket = await connect();
      socket.send(frame);
      const answer = await answerTo(socket, null);
      expect([codeOf(answer), messageOf(answer)]).toEqual([code, expect.stringContaining(limit)]);
      await answers(socket);
    });

    it.each<[string, object, string]>([
      ['an unknown service', call(1, 'nobody.get', {}), 'NOT_FOUND'],
      ['a service of the prototype', call(1, 'constructor.name', {}), 'NOT_FOUND'],
      ['a procedure of the prototype', call(1, 'documents.constructor', {}), 'NOT_FOUND'],
      ['a procedure named __proto__', call(1, 'documents.__proto__', {}), 'NOT_FOUND'],
      ['a path of 200 characters', call(1, `documents.${'x'.repeat(200)}`, {}), 'BAD_REQUEST'],
      ['svc and path of two services', call(1, 'documents.list', {}, { svc: 'chat' }), 'NOT_FOUND'],
      ['an input 6,000 deep', call(1, 'documents.get', DEEP), 'BAD_REQUEST'],
      ['an input 6,000 deep, without svc', call(1, 'documents.get', DEEP, { svc: undefined }), 'BAD_REQUEST'],
      ['prototype keys', call(1, 'documents.get', JSON.parse('{"__proto__":{"id":"x"},"constructor":{"id":"y"}}')), 'BAD_REQUEST'],
      ['a subscription to an unknown topic', call(1, 'documents.nothing', {}, { method: 'subscription' }), 'NOT_FOUND'],
      ['a subscription as query', call(1, 'documents.changes', {}), 'METHOD_NOT_SUPPORTED'],
      [
        'a forged position',
        call(
          1,
          'documents.changes',
          {},
          { method: 'subscription', params: { path: 'documents.changes', input: {}, lastEventId: '__proto__' } },
        ),
        'PRECONDITION_FAILED',
      ],
      ['no time left', call(1, 'documents.list', {}, { dl: 0 }), 'TIMEOUT'],
      ['7 MB to upload', gw('gw.upload', { bytes: 7_000_000, sha256: SHA }, { id: 1 }), 'PAYLOAD_TOO_LARGE'],
    ])('row 39: %s is the call’s own typed error, and the connection survives', async (_, frame, code) => {
      const socket = await connect();
      socket.send(JSON.stringify(frame).replace(`"${DEEP}"`, nested(6_000)));
      expect(codeOf(await answerTo(socket, 1))).toBe(code);
      await answers(socket);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });

    it('row 39: 200 cursors, forged, of no subscription or another connection’s, are answered by what one has', async () => {
      const [mine, theirs] = [await connect(), await connect()];
      const follow = (socket: RawSocket, id: unknown) => {
        socket.send(call(id, 'documents.changes', { folder: 'cursors' }, { method: 'subscription' }));
        return answerTo(socket, id);
      };
      await follow(mine, 0);
      await follow(theirs, 1);
      mine.send(gw('gw.sync', { n: 1, c: cursors(200) }));
      const { params } = await mine.next(({ method }) => method === 'gw.sync');
      const states = (params as { readonly s: readonly (readonly unknown[])[] }).s;
      expect(states.filter(([, head]) => head === null)).toHaveLength(199);
      expect(states.filter(([, head]) => head !== null)).toEqual([[0, expect.any(String), [], 'epoch']]);
    });

    it('row 39: nobody reads what is for somebody else, by whatever input', async () => {
      const [mine, theirs] = [await connect('grace'), await connect()];
      const inbox = (input: unknown) => call(1, 'chat.inbox', input, { method: 'subscription' });
      theirs.send(inbox(undefined));
      const started = await answerTo(theirs, 1);
      const topic = (started.result as { readonly gw: { readonly t: string } }).gw.t;
      mine.send(inbox({ member: topic.split('/')[1], key: topic, room: topic }));
      const answer = await answerTo(mine, 1);
      expect(JSON.stringify(answer)).not.toContain(topic);
    });

    it('row 39: parts that disagree, are missing, come twice or are no call, cost nobody anything', async () => {
      const [socket, other] = [await connect(), await connect()];
      const part = (k: string, i: number, n: number, d: string) => gw('gw.part', { k, i, n, d }, { svc: 'documents' });
      const whole = JSON.stringify(call('whole', 'documents.list', { limit: 1 }));
      socket.send(part('missing', 0, 2, whole));
      socket.send(part('disagree', 0, 2, whole.slice(0, 9)));
      socket.send(part('disagree', 1, 3, whole.slice(9)));
      // Of another connection: not the rest of this one's.
      other.send(part('missing', 1, 2, ''));
      for (const frame of [
        part('twice', 0, 2, whole.slice(0, 9)),
        part('twice', 1, 2, whole.slice(9)),
        part('twice', 1, 2, whole.slice(9)),
      ]) {
        socket.send(frame);
      }
      expect(await answerTo(socket, 'whole')).toMatchObject({ result: { type: 'data' } });
      socket.send(part('inner', 0, 2, JSON.stringify(part('x', 0, 2, ''))));
      socket.send(part('inner', 1, 2, ''));
      expect(codeOf(await answerTo(socket, null))).toBe('BAD_REQUEST');
      await answers(socket);
      await answers(other);
      expect(socket.frames.filter(({ id }) => id === 'whole')).toHaveLength(1);
    });

    it('row 39: an upload is read with its own length and hash only', async () => {
      const socket = await connect();
      const text = JSON.stringify(call('uploaded', 'documents.list', { limit: 1 }));
      const about = { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
      socket.send(gw('gw.upload', about, { id: 1 }));
      const { data } = (await answerTo(socket, 1)).result as { data: { url: string; headers: Record<string, string>; key: string } };
      const ref = (more: object) => gw('gw.ref', { key: data.key, ...about, ...more }, { svc: 'documents' });
      expect((await fetch(data.url, { method: 'PUT', headers: data.headers, body: text.replace('list', 'last') })).ok).toBe(false);
      socket.send(ref({}));
      expect(codeOf(await answerTo(socket, null))).toBe('NOT_FOUND');
      expect((await fetch(data.url, { method: 'PUT', headers: data.headers, body: text })).ok).toBe(true);
      socket.send(ref({ sha256: SHA }));
      expect(await socket.next((frame) => codeOf(frame) === 'BAD_REQUEST')).toMatchObject({ id: null });
      socket.send(ref({}));
      expect(await answerTo(socket, 'uploaded')).toMatchObject({ result: { type: 'data' } });
    });

    it('row 39: fuzzed frames are each answered in words of the protocol, and nobody else notices', async () => {
      const seed = inject('faultSeed');
      const topic = bench.topic();
      const listener = await topic.follow();
      const socket = await connect();
      const frames = hostileFrames(seededRandom(seed), 80);
      for (const [at, frame] of frames.entries()) {
        socket.send(frame);
        if (at % 40 === 0) await topic.save();
      }
      const isEvent = ({ result }: Frame) => typeof result === 'object' && result !== null && 'data' in result && 'id' in result;
      const isAnswer = (frame: Frame) => frame.method === 'gw.sync' || (frame.method === undefined && !isEvent(frame));
      await waitFor(() => socket.frames.filter(isAnswer).length >= frames.length);
      const unexpected = socket.frames.filter((frame) => {
        const { result, error, method } = frame;
        return !result && method === undefined && !(error && codeOf(frame) && codeOf(frame) !== 'INTERNAL_SERVER_ERROR');
      });
      expect(unexpected).toEqual([]);
      await answers(socket);
      await holds(topic, listener);
      expect(listener.starts).toBe(1);
    });
  });
});
