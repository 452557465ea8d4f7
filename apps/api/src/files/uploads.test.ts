/** Uploads in one request: a URL, a form, and what tells that they went through. */

import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, START_MS } from '../fakes/run-service.fixture.js';
import { arrive, askUpload, runFiles, type Upload, unavailable } from './files.fixture.js';

let service: RunningService;
beforeEach(() => {
  service = runFiles();
});

describe('upload', () => {
  test('answers a URL for exactly this type and size, good for ten minutes', async () => {
    expect(await askUpload(service)).toEqual({
      key: '01hf7yat3v1111111111111111',
      url: 'https://bucket/01hf7yat3v1111111111111111?contentType=image%2Fpng&bytes=3',
      headers: { 'content-type': 'image/png' },
      expiresAtMs: 1_700_000_600_123,
    });
  });

  test('an upload is not seen before its object is there, and is from then on', async () => {
    const { key } = await askUpload(service);
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    await expect(service.call('get', { key })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key } });
    service.nowMs += 2_000;
    await arrive(service, key);
    const file = { key, name: 'cat.png', contentType: 'image/png', bytes: 3, uploadedAtMs: START_MS + 2_000 };
    expect(await service.call('list', {})).toEqual({ items: [file], nextCursor: null });
    expect(await service.call('get', { key })).toMatchObject(file);
  });

  test('can be given up for as long as its URL is good, and its record is forgotten like others', async () => {
    const { key } = await askUpload(service);
    await arrive(service, key);
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
    const { key } = await askUpload(service);
    service.nowMs += 86_400_000;
    await service.call('list', {});
    expect(service.table('table').items.size).toBe(1);
    service.nowMs += 1;
    await service.call('list', {});
    expect(service.table('table').items.size).toBe(0);
    await expect(service.call('remove', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('housekeeping that fails does not fail the list', async () => {
    await askUpload(service);
    service.nowMs += 86_400_001;
    service.before('table', 'batchWrite', unavailable);
    expect(await service.call('list', {})).toEqual({ items: [], nextCursor: null });
    expect(service.logLines.join()).toContain('records of abandoned uploads left behind');
  });
});

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
    await arrive(service, key);
    expect(await service.call('uploaded', { key })).toMatchObject({ key, bytes: 3 });
  });
});

describe('uploaded', () => {
  test('answers the file and tells the bus; saying it twice is telling the same', async () => {
    const { key } = await askUpload(service);
    await arrive(service, key);
    const file = { key, name: 'cat.png', contentType: 'image/png', bytes: 3, uploadedAtMs: START_MS };
    expect(await service.call('uploaded', { key })).toEqual(file);
    await service.call('uploaded', { key });
    const message = { name: 'uploaded', id: key, key, data: { key, name: 'cat.png', contentType: 'image/png', bytes: 3 } };
    expect(service.bus('events').messages).toEqual([message, message]);
  });

  test('a file that has not come is NOT_FOUND, and nobody is told', async () => {
    const { key } = await askUpload(service);
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { key } });
    await expect(service.call('uploaded', { key: 'nobody' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(service.bus('events').messages).toEqual([]);
  });

  test('a file of another size is WRONG_SIZE, and is not there any more', async () => {
    const { key } = (await service.call('upload', { name: 'cat.png', contentType: 'image/png', bytes: 4 })) as Upload;
    await arrive(service, key);
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({
      code: 'CONFLICT',
      error: 'WRONG_SIZE',
      data: { key, bytes: 3, expected: 4 },
    });
    expect(await service.call('list', {})).toMatchObject({ items: [] });
    expect(service.bus('events').messages).toEqual([]);
  });

  test('what the bus does not take can be said again', async () => {
    const { key } = await askUpload(service);
    await arrive(service, key);
    service.before('events', 'publish', unavailable);
    await expect(service.call('uploaded', { key })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.call('uploaded', { key })).toMatchObject({ key });
  });
});
