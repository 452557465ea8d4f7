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
