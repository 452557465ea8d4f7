import { createHmac } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { operatorKeys, startFixture } from '../fixture.test.support.js';

const Bucket = 'uploads';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signs a policy as the documentation of POST policies has it. */
function signedFields(
  conditions: readonly unknown[],
  options: { readonly expiresMs?: number; readonly secret?: string } = {},
): Record<string, string> {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const credential = `${operatorKeys.accessKeyId}/${day}/eu-west-1/s3/aws4_request`;
  const common = { 'x-amz-algorithm': 'AWS4-HMAC-SHA256', 'x-amz-credential': credential, 'x-amz-date': date };
  const expiration = new Date(Date.now() + (options.expiresMs ?? 60_000)).toISOString();
  const all = [{ bucket: Bucket }, ...conditions, ...Object.entries(common).map(([name, value]) => ({ [name]: value }))];
  const policy = Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
  const key = hmac(hmac(hmac(hmac(`AWS4${options.secret ?? operatorKeys.secretAccessKey}`, day), 'eu-west-1'), 's3'), 'aws4_request');
  return { ...common, policy, 'x-amz-signature': hmac(key, policy).toString('hex') };
}

async function start() {
  const fixture = await startFixture();
  await fixture.endpoint.createBucket({}, { bucketName: Bucket });
  const post = async (fields: Record<string, string>, content: string, fileName = 'photo ü.png') => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([content], { type: 'image/png' }), fileName);
    const response = await fetch(`${fixture.endpoint.url}/${Bucket}`, { method: 'POST', body: form, redirect: 'manual' });
    const body = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      code: /<Code>(.*)<\/Code>/.exec(body)?.[1],
      message: /<Message>(.*)<\/Message>/.exec(body)?.[1],
      body,
    };
  };
  const get = (Key: string) => fixture.s3.send(new GetObjectCommand({ Bucket, Key }));
  return { ...fixture, post, get };
}

const userKeys = [
  ['starts-with', '$key', 'user/1/'],
  ['content-length-range', 1, 10],
  ['starts-with', '$Content-Type', 'image/'],
];

describe('POST policy uploads', () => {
  it('stores a file under a key with its name, and its type and metadata', async () => {
    const { post, get } = await start();
    const signed = signedFields([...userKeys, { 'x-amz-meta-album': 'summer' }]);
    const key = `user/1/\${filename}`;
    const result = await post({ key, 'Content-Type': 'image/png', 'x-amz-meta-album': 'summer', ...signed }, 'pixels');
    expect([result.status, result.body]).toEqual([204, '']);
    const got = await get('user/1/photo ü.png');
    expect([await got.Body!.transformToString(), got.ContentType, got.Metadata]).toEqual(['pixels', 'image/png', { album: 'summer' }]);
  });

  it('answers 201 with a document, or redirects, when asked', async () => {
    const { post } = await start();
    const withStatus = await post(
      { key: 'a', success_action_status: '201', ...signedFields([{ key: 'a' }, { success_action_status: '201' }]) },
      'x',
    );
    expect([withStatus.status, withStatus.body]).toMatchObject([201, expect.stringContaining('<Bucket>uploads</Bucket><Key>a</Key>')]);
    const target = 'https://app.example/done?x=1';
    const redirected = await post(
      { key: 'a', success_action_redirect: target, ...signedFields([{ key: 'a' }, { success_action_redirect: target }]) },
      'x',
    );
    expect([redirected.status, redirected.headers.get('location')]).toEqual([
      303,
      `${target}&bucket=uploads&key=a&etag=%229dd4e461268c8034f5c8564e155c67a6%22`,
    ]);
  });

  it('refuses what the policy does not allow, and stores nothing', async () => {
    const { post, get } = await start();
    const fields = { key: 'user/1/a', 'Content-Type': 'image/png' };
    const refused = async (changed: Record<string, string>, content: string, conditions: readonly unknown[] = userKeys) =>
      post({ ...fields, ...signedFields(conditions), ...changed }, content);
    expect(await refused({ key: 'user/2/a' }, 'x')).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy Condition failed: [&quot;starts-with&quot;,&quot;$key&quot;,&quot;user/1/&quot;]',
    });
    expect(await refused({ 'Content-Type': 'text/html' }, 'x')).toMatchObject({ code: 'AccessDenied' });
    expect(await refused({ acl: 'public-read' }, 'x')).toMatchObject({ message: 'Invalid according to Policy: Extra input fields: acl' });
    expect(await refused({}, 'eleven byte')).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(await refused({}, '')).toMatchObject({ status: 400, code: 'EntityTooSmall' });
    expect(await refused({}, 'x', [['unknown', '$key', 'a']])).toMatchObject({ code: 'InvalidPolicyDocument' });
    await expect(get('user/1/a')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses a policy that is over, forged or missing', async () => {
    const { post } = await start();
    const conditions = [{ key: 'a' }];
    expect(await post({ key: 'a', ...signedFields(conditions, { expiresMs: -1000 }) }, 'x')).toMatchObject({
      status: 403,
      message: 'Invalid according to Policy: Policy expired.',
    });
    expect(await post({ key: 'a', ...signedFields(conditions, { secret: 'guess' }) }, 'x')).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expect(await post({ key: 'a' }, 'x')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await post({ ...signedFields(conditions) }, 'x')).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('refuses a form that is cut off', async () => {
    const { endpoint } = await start();
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    const response = await fetch(`${endpoint.url}/${Bucket}`, {
      method: 'POST',
      headers,
      body: '--B\r\nContent-Disposition: form-data; name="key"\r\n\r\na',
    });
    expect([response.status, await response.text()]).toMatchObject([400, expect.stringContaining('<Code>MalformedPOSTRequest</Code>')]);
  });
});
