/** Files that are there, and those that come through the gateway. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { RunningService } from '../fakes/run-service.fixture.js';
import { arrive, askUpload, runFiles, type Upload, unavailable } from './files.fixture.js';

let service: RunningService;
beforeEach(() => {
  service = runFiles();
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
    service.before('table', 'put', unavailable);
    await expect(service.call('put', { name: 'a', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(service.bucket('uploads').objects.size).toBe(0);
  });

  test('a file whose object cannot be stored is not seen, and its record is removed after a day', async () => {
    service.before('uploads', 'put', unavailable);
    await expect(service.call('put', { name: 'a', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    service.nowMs += 86_400_001;
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(service.table('table').items.size).toBe(0);
  });

  test('a stored file is told about', async () => {
    const { key } = (await service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' })) as Upload;
    expect(service.bus('events').messages).toMatchObject([{ name: 'uploaded', id: key, data: { name: 'hi.txt', bytes: 2 } }]);
  });

  test('a file that could not be told about is not there', async () => {
    service.before('events', 'publish', unavailable);
    await expect(service.call('put', { name: 'hi.txt', contentType: 'text/plain', content: 'aGk=' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(await service.call('list', {})).toMatchObject({ items: [] });
  });
});

describe('list', () => {
  test('newest first; a page may be shorter than its limit and still have a next one', async () => {
    const first = await askUpload(service, 'first.png');
    await arrive(service, first.key);
    service.nowMs += 1_000;
    await askUpload(service, 'unfinished.png');
    service.nowMs += 1_000;
    const third = await askUpload(service, 'third.png');
    await arrive(service, third.key);
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
    const { key } = await askUpload(service);
    await arrive(service, key);
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
    const { key } = await askUpload(service);
    await arrive(service, key);
    expect(await service.call('remove', { key })).toEqual({ key });
    expect(service.bucket('uploads').objects.size).toBe(0);
    await expect(service.call('get', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    await expect(service.call('remove', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('cancels an upload that has not come', async () => {
    const { key } = await askUpload(service);
    expect(await service.call('remove', { key })).toEqual({ key });
    await arrive(service, key);
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
  });

  test('can be repeated after it stopped half-way, and the file is not seen in between', async () => {
    const { key } = await askUpload(service);
    await arrive(service, key);
    service.before('table', 'delete', unavailable);
    await expect(service.call('remove', { key })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(await service.call('remove', { key })).toEqual({ key });
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
    await askUpload(service);
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
