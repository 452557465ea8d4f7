import { describe, expect, it } from 'vitest';
import { type BucketPayloadStoreOptions, createBucketPayloadStore } from './bucket-payload-store.js';

type Objects = BucketPayloadStoreOptions['bucket'];

/** `printf 'hello' | sha256sum` */
const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
/** The same, `| xxd -r -p | base64`. */
const HELLO_BASE64 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';

function setUp() {
  const objects = new Map<string, Uint8Array>();
  const signed: unknown[] = [];
  const bucket: Objects = {
    get: async (key) => {
      const body = objects.get(key);
      return body && { key, bytes: body.byteLength, contentType: '', etag: '', modifiedAtMs: 0, metadata: {}, body };
    },
    put: async (key, body) => void objects.set(key, Buffer.from(body)),
    presignGet: async (key, options) => ({ url: `https://s3.test/${key}?${options.expiresInSeconds}`, headers: {}, expiresAtMs: 0 }),
    presignPut: async (key, options) => {
      signed.push({ key, ...options });
      return { url: `https://s3.test/${key}`, headers: { 'x-amz-checksum-sha256': options.sha256 ?? '' }, expiresAtMs: 0 };
    },
  };
  return { objects, signed, store: createBucketPayloadStore({ bucket, newId: () => 'k1' }) };
}

describe('P3.27 messages in a bucket', () => {
  it('P3.27 signs a place for these bytes only', async () => {
    const { store, signed } = setUp();
    expect(await store.place({ bytes: 5, sha256: HELLO })).toEqual({
      url: 'https://s3.test/in/k1',
      headers: { 'x-amz-checksum-sha256': HELLO_BASE64 },
      key: 'in/k1',
    });
    expect(signed).toEqual([{ key: 'in/k1', contentType: 'application/json', bytes: 5, sha256: HELLO_BASE64, expiresInSeconds: 900 }]);
  });

  it('P3.27 refuses more than 6 MB and says so', async () => {
    const { store } = setUp();
    await expect(store.place({ bytes: 6_291_457, sha256: HELLO })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: '[PAYLOAD_TOO_LARGE] a message has at most 6291456 bytes: got 6291457; send less',
    });
    await expect(store.place({ bytes: 6_291_456, sha256: HELLO })).resolves.toBeDefined();
  });

  it('P3.27 reads what was put, after a look at length and hash', async () => {
    const { store, objects } = setUp();
    objects.set('in/k1', Buffer.from('hello'));
    expect(await store.read({ key: 'in/k1', bytes: 5, sha256: HELLO })).toBe('hello');
    await expect(store.read({ key: 'in/k1', bytes: 6, sha256: HELLO })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(store.read({ key: 'in/k1', bytes: 5, sha256: HELLO.replace('2', '3') })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('P3.27 does not read what it keeps for others, nor what is not there', async () => {
    const { store, objects } = setUp();
    objects.set('out/k1', Buffer.from('hello'));
    await expect(store.read({ key: 'out/k1', bytes: 5, sha256: HELLO })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.read({ key: 'in/k2', bytes: 5, sha256: HELLO })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('P3.27 refuses bytes that are no text', async () => {
    const { store, objects } = setUp();
    objects.set('in/k1', Uint8Array.of(0xff));
    // printf '\xff' | sha256sum
    const sha256 = 'a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89';
    await expect(store.read({ key: 'in/k1', bytes: 1, sha256 })).rejects.toMatchObject({
      message: '[BAD_REQUEST] the message is no UTF-8 text',
    });
  });

  it('P3.27 keeps a text as long as it is asked to, and links it for 15 minutes', async () => {
    const { store, objects } = setUp();
    const kept = await store.keep('hello', 86_400);
    expect(kept).toEqual({ key: 'out/1/k1', bytes: 5, sha256: HELLO });
    expect(objects.get('out/1/k1')).toEqual(Buffer.from('hello'));
    expect(await store.link(kept)).toEqual({ url: 'https://s3.test/out/1/k1?900', bytes: 5, sha256: HELLO });
  });

  it.each([
    [0, 1],
    [86_401, 8],
    [7 * 86_400, 8],
    [30 * 86_400, 31],
    [400 * 86_400, 366],
  ])('keeps what is wanted for %i s in the class of %i days', async (seconds, days) => {
    expect((await setUp().store.keep('hello', seconds)).key).toBe(`out/${days}/k1`);
  });
});
