import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { startFixture } from '../fixture.test.support.js';

const Bucket = 'files';

const CorsConfiguration = {
  CorsRules: [
    {
      AllowedOrigins: ['https://*.app.example'],
      AllowedMethods: ['PUT', 'GET'],
      AllowedHeaders: ['content-type', 'x-amz-*'],
      ExposedHeaders: ['ETag'],
      MaxAge: 600,
    },
    { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
  ],
};

async function start(properties: object = { CorsConfiguration }) {
  const fixture = await startFixture();
  await fixture.endpoint.createBucket(properties as Record<string, unknown>, { bucketName: Bucket });
  const preflight = (origin: string, method: string, headers?: string) =>
    fetch(`${fixture.endpoint.url}/${Bucket}/a`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, ...(headers && { 'access-control-request-headers': headers }) },
    });
  return { ...fixture, preflight };
}

describe('CORS of a bucket', () => {
  it('answers a preflight by the first rule that allows it', async () => {
    const { preflight } = await start();
    const allowed = await preflight('https://a.app.example', 'PUT', 'Content-Type, x-amz-meta-a');
    expect(allowed.status).toBe(200);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.app.example',
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-headers': 'content-type, x-amz-meta-a',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '600',
      'access-control-allow-credentials': 'true',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
    const anyone = await preflight('https://elsewhere.example', 'GET');
    expect(anyone.headers.get('access-control-allow-origin')).toBe('*');
    expect(anyone.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each([
    ['another origin', 'https://elsewhere.example', 'PUT', undefined],
    ['another method', 'https://a.app.example', 'DELETE', undefined],
    ['another header', 'https://a.app.example', 'PUT', 'authorization'],
  ])('refuses a preflight of %s', async (_, origin, method, headers) => {
    const { preflight } = await start();
    const refused = await preflight(origin, method, headers);
    expect([refused.status, await refused.text()]).toMatchObject([403, expect.stringContaining('<Code>AccessForbidden</Code>')]);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('refuses every preflight of a bucket without rules', async () => {
    const { preflight } = await start({});
    expect(await (await preflight('https://a.app.example', 'GET')).text()).toContain('CORSResponse: CORS is not enabled for this bucket.');
  });

  it('puts the headers on actual answers, on errors too', async () => {
    const { s3, endpoint } = await start();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 });
    const origin = 'https://a.app.example';
    const read = await fetch(url, { headers: { origin } });
    expect([read.headers.get('access-control-allow-origin'), read.headers.get('access-control-expose-headers')]).toEqual([origin, 'ETag']);
    const denied = await fetch(`${endpoint.url}/${Bucket}/a`, { headers: { origin } });
    expect([denied.status, denied.headers.get('access-control-allow-origin')]).toEqual([403, origin]);
    expect((await fetch(url)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says where a rule of the template is wrong', async () => {
    const { endpoint } = await startFixture();
    const properties = { CorsConfiguration: { CorsRules: [{ AllowedOrigins: '*', AllowedMethods: ['GET'] }] } };
    await expect(endpoint.createBucket(properties, { bucketName: Bucket })).rejects.toThrow(
      'CorsConfiguration.CorsRules[0].AllowedOrigins: expected a list of strings, got "*"',
    );
  });
});
