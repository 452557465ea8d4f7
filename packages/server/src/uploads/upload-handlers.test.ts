/** Uploads of a service that has a bucket and nothing else. What all services' uploads do is tested with the files of `apps/api`. */

import { service } from '@org/gateway-core';
import { upload } from '@org/gateway-core/upload';
import { expect, test } from 'vitest';
import { implement } from '../execute/implement.js';
import { bucket } from '../service/bucket.js';
import { defineService } from '../service/define-service.js';
import { uploadHandlers } from './upload-handlers.js';
import { executor, memoryObjects } from './uploads.fixture.js';

const avatars = service('avatars', { ...upload({ accept: ['image/*'], maxBytes: 20_000_000, auth: 'public' }) });
const avatarsService = defineService(avatars, {
  uses: {
    pictures: bucket('Pictures', { browserUploads: true }).allow(
      'get',
      'head',
      'put',
      'delete',
      'presignPut',
      'createUpload',
      'presignPart',
      'listParts',
      'completeUpload',
      'abortUpload',
    ),
  },
});

test('is one line, remembers uploads in the bucket and answers the file once it is there', async () => {
  const { objects, client } = memoryObjects();
  const call = executor(implement(avatarsService, { ...uploadHandlers(avatarsService, { bucket: 'pictures' }) }), { pictures: client });
  const { key } = (await call('upload', { name: 'me.png', contentType: 'image/png', bytes: 3 })) as { key: string };
  expect(key).toMatch(/^[0-9a-f-]{36}$/);
  expect([...objects.keys()]).toEqual([`${key}.json`]);
  await expect(call('uploaded', { key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  await client.put(key, 'png', { contentType: 'image/png' });
  expect(await call('uploaded', { key })).toEqual({
    key,
    name: 'me.png',
    contentType: 'image/png',
    bytes: 3,
    uploadedAtMs: 1_700_000_000_123,
  });
});

test('takes what the contract accepts and nothing else', async () => {
  const { objects, client } = memoryObjects();
  const call = executor(implement(avatarsService, { ...uploadHandlers(avatarsService, { bucket: 'pictures' }) }), { pictures: client });
  await expect(call('upload', { name: 'a', contentType: 'text/html', bytes: 3 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: ['contentType'], message: 'expected image/*' }],
  });
  await expect(call('beginUpload', { name: 'a', contentType: 'image/png', bytes: 20_000_001 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    issues: [{ path: ['bytes'] }],
  });
  expect(objects.size).toBe(0);
});
