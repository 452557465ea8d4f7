import { describe, expect, it } from 'vitest';
import { schemaOf } from '../dsl/schema.js';
import { service } from '../dsl/service.js';
import { uploadLimits } from './limits.js';
import { upload } from './upload.js';

const avatars = service('avatars', { ...upload({ accept: ['image/*', 'text/plain'], maxBytes: 60_000_000, rest: '/avatars' }) });
const accepts = (procedure: 'upload' | 'beginUpload', input: object, of = avatars) => {
  const { success } = schemaOf(of.procedures[procedure].input as never).safeParse({
    name: 'a',
    contentType: 'text/plain',
    bytes: 1,
    ...input,
  });
  return success;
};

describe('upload', () => {
  it.each([
    ['image/png', true],
    ['image/svg+xml', true],
    ['text/plain', true],
    ['text/html', false],
    ['text/plain;charset=utf-8', false],
    ['ximage/png', false],
    ['', false],
  ])('takes %s: %s', (contentType, expected) => {
    expect([accepts('upload', { contentType }), accepts('beginUpload', { contentType })]).toEqual([expected, expected]);
  });

  it('takes every type where it says so, and dots and signs as they are', () => {
    const any = service('any', { ...upload({ accept: ['*/*'], maxBytes: 1 }) });
    const word = service('word', { ...upload({ accept: ['application/vnd.a+b'], maxBytes: 1 }) });
    const takes = (contentType: string, of: typeof any) => accepts('upload', { contentType }, of as never);
    expect([takes('video/mp4', any), takes('video', any)]).toEqual([true, false]);
    expect([takes('application/vnd.a+b', word as never), takes('application/vndxaab', word as never)]).toEqual([true, false]);
  });

  it('takes 50 MB in one request, and all it may in parts', () => {
    expect([50_000_000, 50_000_001, 0].map((bytes) => accepts('upload', { bytes }))).toEqual([true, false, false]);
    expect([60_000_000, 60_000_001, 0].map((bytes) => accepts('beginUpload', { bytes }))).toEqual([true, false, false]);
  });

  it('has its limits at run time', () => {
    expect(uploadLimits(avatars)).toEqual({ accept: ['image/*', 'text/plain'], maxBytes: 60_000_000 });
    expect(uploadLimits(service('none', {}))).toBeUndefined();
  });

  it('has routes below the path it is given, and none otherwise', () => {
    const routes = (of: typeof avatars) => Object.values(of.procedures).map(({ route }) => route && `${route.method} ${route.path}`);
    expect(routes(avatars)).toEqual([
      'POST /avatars',
      'POST /avatars/{key}/uploaded',
      'POST /avatars/uploads',
      'GET /avatars/{key}/upload/urls',
      'GET /avatars/{key}/upload',
      'POST /avatars/{key}/upload',
      'DELETE /avatars/{key}/upload',
    ]);
    const without = service('avatars', { ...upload({ accept: ['image/*'], maxBytes: 1 }) });
    expect(Object.values(without.procedures).every(({ route }) => route === undefined)).toBe(true);
  });

  it('is for signed-in users until told', () => {
    expect(avatars.procedures.signParts.meta.auth).toBe('user');
    expect(upload({ accept: ['*/*'], maxBytes: 1, auth: 'public' }).abortUpload.meta.auth).toBe('public');
  });

  it.each([['image'], ['*/png'], ['text/plain;q=1'], ['Image/*']])('refuses to accept %s', (type) => {
    expect(() => upload({ accept: [type], maxBytes: 1 })).toThrow(
      new TypeError(`[CONTRACT] malformed accept: got "${type}", expected a media type such as text/plain, image/* or */*`),
    );
  });
});
