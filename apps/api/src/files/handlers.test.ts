import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService, START_MS } from '../fakes/run-service.fixture.js';
import { filesHandlers } from './handlers.js';

let service: RunningService;
let seed: number;
beforeEach(() => {
  seed = 0;
  service = runService(filesHandlers((size) => new Uint8Array(size).fill(++seed)));
});

interface Upload {
  readonly key: string;
  readonly url: string;
}

const beginUpload = (name = 'cat.png') => service.call('upload', { name, contentType: 'image/png', bytes: 3 }) as Promise<Upload>;
const arrive = (key: string) => service.bucket('uploads').put(key, 'cat', { contentType: 'image/png' });

describe('upload', () => {
  test('answers a URL for exactly this type and size, good for ten minutes', async () => {
    expect(await beginUpload()).toEqual({
      key: '01hf7yat3v1111111111111111',
      url: 'https://bucket/01hf7yat3v1111111111111111?contentType=image%2Fpng&bytes=3',
      headers: { 'content-type': 'image/png' },
      expiresAtMs: 1_700_000_600_123,
    });
  });

  test('an upload is not seen before its object is there, and is from then on', async () => {
    const { key } = await beginUpload();
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    await expect(service.call('get', { key })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key } });
    service.nowMs += 2_000;
    await arrive(key);
    const file = { key, name: 'cat.png', contentType: 'image/png', bytes: 3, uploadedAtMs: START_MS + 2_000 };
    expect(await service.call('list', {})).toEqual({ items: [file], nextCursor: null });
    expect(await service.call('get', { key })).toMatchObject(file);
  });

  test('can be given up for as long as its URL is good, and its record is forgotten like others', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    service.nowMs += 600_000;
    expect(await service.call('abortUpload', { key })).toEqual({ key });
    expect([service.bucket('uploads').objects.size, service.table('table').items.size]).toEqual([0, 1]);
    service.nowMs += 1;
    await expect(service.call('abortUpload', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('refuses an empty file and one over 50 MB', async () => {
    for (const bytes of [0, 50_000_001]) {
      await expect(service.call('upload', { name: 'a', contentType: 'image/png', bytes })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  test('the record of an upload that did not come within a day is removed by who comes by', async () => {
    const { key } = await beginUpload();
    service.nowMs += 86_400_000;
    await service.call('list', {});
    expect(service.table('table').items.size).toBe(1);
    service.nowMs += 1;
    await service.call('list', {});
    expect(service.table('table').items.size).toBe(0);
    await expect(service.call('remove', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('housekeeping that fails does not fail the list', async () => {
    await beginUpload();
    service.nowMs += 86_400_001;
    service.before('table', 'batchWrite', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(service.logLines.join()).toContain('records of abandoned uploads left behind');
  });
});

describe('put', () => {
  test('stores the decoded bytes, and the file is there at once', async () => {
    const stored = await service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' });
    const key = '01hf7yat3v1111111111111111';
    expect(stored).toEqual({ key, name: 'hi.txt', contentType: 'text/plain', bytes: 2, uploadedAtMs: 1_700_000_000_123 });
    expect([...(service.bucket('uploads').objects.get(key)?.body ?? [])]).toEqual([0x68, 0x69]);
    expect(await service.call('list', {})).toEqual({ items: [stored], nextCursor: null });
  });

  test('refuses what is no base64, or over 3 MB', async () => {
    const put = (content: string) => service.call('put', { name: 'a', contentType: 'text/plain', content });
    await expect(put('not base64!')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(put('A'.repeat(4_000_004))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(service.bucket('uploads').objects.size).toBe(0);
  });

  test('an object is never stored without its record, which nothing would remove', async () => {
    service.before('table', 'put', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    await expect(service.call('put', { name: 'a', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(service.bucket('uploads').objects.size).toBe(0);
  });

  test('a file whose object cannot be stored is not seen, and its record is removed after a day', async () => {
    service.before('uploads', 'put', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    await expect(service.call('put', { name: 'a', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    service.nowMs += 86_400_001;
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(service.table('table').items.size).toBe(0);
  });
});

describe('list', () => {
  test('newest first; a page may be shorter than its limit and still have a next one', async () => {
    const first = await beginUpload('first.png');
    await arrive(first.key);
    service.nowMs += 1_000;
    await beginUpload('unfinished.png');
    service.nowMs += 1_000;
    const third = await beginUpload('third.png');
    await arrive(third.key);
    const page = (await service.call('list', { limit: 2 })) as { items: object[]; nextCursor: string };
    expect(page.items).toMatchObject([{ name: 'third.png' }]);
    expect(await service.call('list', { limit: 2, cursor: page.nextCursor })).toMatchObject({
      items: [{ name: 'first.png' }],
      nextCursor: null,
    });
  });
});

describe('get', () => {
  test('answers a URL that downloads under the file’s name, good for ten minutes', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    expect(await service.call('get', { key })).toMatchObject({
      url: `https://bucket/${key}?downloadAs=cat.png`,
      expiresAtMs: 1_700_000_600_123,
    });
  });

  test('a key nobody gave out is NOT_FOUND', async () => {
    await expect(service.call('get', { key: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { key: 'nobody' } });
  });
});

describe('remove', () => {
  test('deletes object and record', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    expect(await service.call('remove', { key })).toEqual({ key });
    expect(service.bucket('uploads').objects.size).toBe(0);
    await expect(service.call('get', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    await expect(service.call('remove', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('cancels an upload that has not come', async () => {
    const { key } = await beginUpload();
    expect(await service.call('remove', { key })).toEqual({ key });
    await arrive(key);
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
  });

  test('can be repeated after it stopped half-way, and the file is not seen in between', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    service.before('table', 'delete', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    await expect(service.call('remove', { key })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(await service.call('remove', { key })).toEqual({ key });
  });
});

const unavailable = () => {
  throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
};
const told = () => service.bus('events').messages;

describe('upload with a checksum', () => {
  test('has it signed, so that the bucket refuses any other content', async () => {
    const sha256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';
    expect(await service.call('upload', { name: 'a.txt', contentType: 'text/plain', bytes: 3, sha256 })).toMatchObject({
      headers: { 'x-amz-checksum-sha256': sha256 },
    });
  });

  test('refuses what is no SHA-256 in base64', async () => {
    const input = { name: 'a.txt', contentType: 'text/plain', bytes: 3, sha256: 'abc' };
    await expect(service.call('upload', input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('form', () => {
  test('answers fields for this type and at most this size, good for ten minutes', async () => {
    expect(await service.call('form', { name: 'cat.png', contentType: 'image/png', maxBytes: 1_000 })).toEqual({
      key: '01hf7yat3v1111111111111111',
      url: 'https://bucket/01hf7yat3v1111111111111111?',
      fields: { key: '01hf7yat3v1111111111111111', 'Content-Type': 'image/png', policy: 'up to 1000' },
      expiresAtMs: 1_700_000_600_123,
    });
  });

  test('a file of any size up to that is one', async () => {
    const { key } = (await service.call('form', { name: 'cat.png', contentType: 'image/png', maxBytes: 3 })) as Upload;
    await arrive(key);
    expect(await service.call('uploaded', { key })).toMatchObject({ key, bytes: 3 });
  });
});

describe('uploaded', () => {
  test('answers the file and tells the bus; saying it twice is telling the same', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    const file = { key, name: 'cat.png', contentType: 'image/png', bytes: 3, uploadedAtMs: START_MS };
    expect(await service.call('uploaded', { key })).toEqual(file);
    await service.call('uploaded', { key });
    const message = { name: 'uploaded', id: key, key, data: { key, name: 'cat.png', contentType: 'image/png', bytes: 3 } };
    expect(told()).toEqual([message, message]);
  });

  test('a file that has not come is NOT_FOUND, and nobody is told', async () => {
    const { key } = await beginUpload();
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key } });
    await expect(service.call('uploaded', { key: 'nobody' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(told()).toEqual([]);
  });

  test('a file of another size is WRONG_SIZE, and is not there any more', async () => {
    const { key } = (await service.call('upload', { name: 'cat.png', contentType: 'image/png', bytes: 4 })) as Upload;
    await arrive(key);
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({
      code: 'CONFLICT',
      error: 'WRONG_SIZE',
      data: { key, bytes: 3, expected: 4 },
    });
    expect(await service.call('list', {})).toMatchObject({ items: [] });
    expect(told()).toEqual([]);
  });

  test('what the bus does not take can be said again', async () => {
    const { key } = await beginUpload();
    await arrive(key);
    service.before('events', 'publish', unavailable);
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.call('uploaded', { key })).toMatchObject({ key });
  });
});

describe('put and the bus', () => {
  test('a stored file is told about', async () => {
    const { key } = (await service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' })) as Upload;
    expect(told()).toMatchObject([{ name: 'uploaded', id: key, data: { name: 'hi.txt', bytes: 2 } }]);
  });

  test('a file that could not be told about is not there', async () => {
    service.before('events', 'publish', unavailable);
    await expect(service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(await service.call('list', {})).toMatchObject({ items: [] });
  });
});

describe('an upload in parts', () => {
  const PART = 8_388_608;
  const TOTAL = 2 * PART + 5;
  let key: string;
  beforeEach(async () => {
    ({ key } = (await service.call('beginUpload', { name: 'film.mp4', contentType: 'video/mp4', bytes: TOTAL })) as Upload);
  });
  const uploads = () => service.bucket('uploads').uploads;
  const arrivePart = (part: number, bytes = part === 3 ? 5 : PART) => uploads().arrive('upload-1', part, new Uint8Array(bytes).fill(part));
  const arriveAll = () => [1, 2, 3].forEach((part) => void arrivePart(part));

  test('has parts of 8 MiB, and a last one with the rest', async () => {
    expect(await service.call('beginUpload', { name: 'film.mp4', contentType: 'video/mp4', bytes: TOTAL })).toMatchObject({
      partBytes: 8_388_608,
      parts: 3,
    });
    expect(await service.call('signParts', { key, part: [3, 1, 1] })).toEqual({
      parts: [
        {
          part: 3,
          bytes: 5,
          url: `https://bucket/${key}?uploadId=upload-1&partNumber=3&bytes=5`,
          headers: {},
          expiresAtMs: 1_700_000_600_123,
        },
        expect.objectContaining({ part: 1, bytes: 8_388_608 }),
      ],
    });
  });

  test('has no part behind its last', async () => {
    await expect(service.call('signParts', { key, part: [4] })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      error: 'NO_SUCH_PART',
      data: { key, parts: 3 },
    });
  });

  test('can be resumed: what arrived is known, and a part of a wrong size has not', async () => {
    arrivePart(3);
    arrivePart(1, 7);
    expect(await service.call('listParts', { key })).toEqual({ partBytes: PART, parts: 3, arrived: [3], missing: [1, 2] });
  });

  test('is a file once it is completed, and not before', async () => {
    arriveAll();
    expect(await service.call('list', {})).toMatchObject({ items: [] });
    service.nowMs += 3_000;
    const file = { key, name: 'film.mp4', contentType: 'video/mp4', bytes: TOTAL, uploadedAtMs: START_MS + 3_000 };
    expect(await service.call('completeUpload', { key })).toEqual(file);
    expect(await service.call('list', {})).toMatchObject({ items: [file] });
    expect(told()).toMatchObject([{ name: 'uploaded', id: key, data: { bytes: TOTAL } }]);
  });

  test('is not completed while parts are missing, and stays', async () => {
    arrivePart(2);
    await expect(service.call('completeUpload', { key })).rejects.toMatchObject({
      code: 'CONFLICT',
      error: 'PARTS_MISSING',
      data: { key, missing: [1, 3] },
    });
    arriveAll();
    expect(await service.call('completeUpload', { key })).toMatchObject({ bytes: TOTAL });
  });

  test('completing it again, after an answer that got lost, answers the file', async () => {
    arriveAll();
    await service.call('completeUpload', { key });
    expect(await service.call('completeUpload', { key })).toMatchObject({ bytes: TOTAL });
  });

  test('two who complete it at once both get the file', async () => {
    arriveAll();
    service.before('uploads', 'completeUpload', async () => void (await service.call('completeUpload', { key })));
    expect(await service.call('completeUpload', { key })).toMatchObject({ bytes: TOTAL });
  });

  test('a failure of the bucket is one, and the upload stays', async () => {
    arriveAll();
    service.before('uploads', 'completeUpload', unavailable);
    await expect(service.call('completeUpload', { key })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(uploads().underway()).toEqual(['upload-1']);
  });

  test('with checksums has that of every part signed, and tells those of the parts that arrived', async () => {
    const sha256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';
    const input = { name: 'film.mp4', contentType: 'video/mp4', bytes: 5, checksums: true };
    const { key: its } = (await service.call('beginUpload', input)) as Upload;
    await expect(service.call('signParts', { key: its, part: [1] })).rejects.toMatchObject({
      error: 'CHECKSUMS_MISSING',
      data: { key: its },
    });
    expect(await service.call('signParts', { key: its, part: [1], sha256: [sha256] })).toMatchObject({
      parts: [{ part: 1, headers: { 'x-amz-checksum-sha256': sha256 } }],
    });
    uploads().arrive('upload-2', 1, new Uint8Array(5), sha256);
    expect(await service.call('listParts', { key: its })).toEqual({
      partBytes: PART,
      parts: 1,
      arrived: [1],
      missing: [],
      sha256: [sha256],
    });
    expect(await service.call('completeUpload', { key: its })).toMatchObject({ bytes: 5 });
  });

  test('can be given up: nothing of it is left', async () => {
    arrivePart(1);
    expect(await service.call('abortUpload', { key })).toEqual({ key });
    expect(uploads().underway()).toEqual([]);
    for (const procedure of ['listParts', 'completeUpload', 'abortUpload']) {
      await expect(service.call(procedure, { key })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key } });
    }
  });

  test('a finished one cannot be given up any more, only removed', async () => {
    arriveAll();
    await service.call('completeUpload', { key });
    await expect(service.call('abortUpload', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(await service.call('remove', { key })).toEqual({ key });
    expect(service.bucket('uploads').objects.size).toBe(0);
  });

  test('removing it while it is under way gives it up', async () => {
    await service.call('remove', { key });
    expect(uploads().underway()).toEqual([]);
  });

  test('is forgotten after a week, parts and all', async () => {
    arrivePart(1);
    service.nowMs += 7 * 86_400_000;
    await service.call('list', {});
    expect(uploads().underway()).toEqual(['upload-1']);
    service.nowMs += 1;
    await service.call('list', {});
    expect(uploads().underway()).toEqual([]);
    expect(service.table('table').items.size).toBe(0);
  });

  test('a file that came in one request has no parts', async () => {
    const { key: other } = await beginUpload();
    for (const [procedure, input] of [
      ['listParts', {}],
      ['signParts', { part: [1] }],
      ['completeUpload', {}],
    ] as const) {
      await expect(service.call(procedure, { key: other, ...input })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    }
  });
});

describe('content', () => {
  const content = (input: object) => service.call('content', { key: '01hf7yat3v1111111111111111', ...input });
  // "Hello, world" in base64.
  beforeEach(() => service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'SGVsbG8sIHdvcmxk' }));

  test('gives a range, both ends included', async () => {
    expect(await content({ from: 7, to: 8 })).toEqual({ contentType: 'text/plain', bytes: 12, from: 7, to: 8, content: 'd28=' });
  });

  test('without ends gives the whole file, and a range over its end what is there', async () => {
    expect(await content({})).toMatchObject({ from: 0, to: 11, content: 'SGVsbG8sIHdvcmxk' });
    expect(await content({ from: 7, to: 999 })).toMatchObject({ from: 7, to: 11, content: 'd29ybGQ=' });
  });

  test('gives 3 MB at most, and says where it ended', async () => {
    await service.bucket('uploads').put('01hf7yat3v1111111111111111', new Uint8Array(3_000_001), { contentType: 'text/plain' });
    expect(await content({})).toMatchObject({ bytes: 3_000_001, from: 0, to: 2_999_999 });
  });

  test.each([{ from: 12 }, { from: 5, to: 4 }])('%j is OUT_OF_RANGE, with the size', async (range) => {
    await expect(content(range)).rejects.toMatchObject({ code: 'BAD_REQUEST', error: 'OUT_OF_RANGE', data: { bytes: 12 } });
  });

  test('of no file is NOT_FOUND', async () => {
    await expect(content({ key: 'nobody' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key: 'nobody' } });
  });

  test('of a file that is removed meanwhile is NOT_FOUND', async () => {
    service.before('uploads', 'getRange', () => service.bucket('uploads').objects.clear());
    await expect(content({})).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });
});

describe('usage', () => {
  test('counts what is whole in the bucket, and not what was only asked for', async () => {
    await beginUpload();
    await service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' });
    await service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGkh' });
    expect(await service.call('usage')).toEqual({ files: 2, bytes: 5, complete: true });
  });

  test('counts 10,000 files and says when there are more', async () => {
    const fill = async (from: number, to: number) => {
      for (let count = from; count < to; count += 1) await service.bucket('uploads').put(`k${count}`, 'x', { contentType: 'text/plain' });
    };
    await fill(0, 10_000);
    expect(await service.call('usage')).toEqual({ files: 10_000, bytes: 10_000, complete: true });
    await fill(10_000, 10_001);
    expect(await service.call('usage')).toEqual({ files: 10_000, bytes: 10_000, complete: false });
  });
});
