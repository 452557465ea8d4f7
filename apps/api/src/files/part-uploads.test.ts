/** Uploads in parts. */

import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, START_MS } from '../fakes/run-service.fixture.js';
import { askUpload, runFiles, type Upload, unavailable } from './files.fixture.js';

let service: RunningService;
beforeEach(() => {
  service = runFiles();
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
    expect(service.bus('events').messages).toMatchObject([{ name: 'uploaded', id: key, data: { bytes: TOTAL } }]);
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
    const { key: other } = await askUpload(service);
    for (const [procedure, input] of [
      ['listParts', {}],
      ['signParts', { part: [1] }],
      ['completeUpload', {}],
    ] as const) {
      await expect(service.call(procedure, { key: other, ...input })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    }
  });
});
