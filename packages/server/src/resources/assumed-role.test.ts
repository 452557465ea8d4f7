/** Resources of another account: what STS is asked, how often, and what its refusals mean to a caller. */

import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { assumedRole } from './assumed-role.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';
import { tableClient } from './table-client.fixture.js';

const SearchStats = table('SearchStats', { item: () => z.object({ id: z.string() }), partitionKey: 'id', account: 'analytics' });

const role = {
  account: 'analytics',
  roleArn: 'arn:aws:iam::222222222222:role/gateway-stats',
  externalId: 'gateway-dev',
  region: 'eu-central-1',
  sessionName: 'search-0123456789ab',
};

/** 14 November 2023, 22:13:20.123 UTC. */
const NOW_MS = 1_700_000_000_123;
const HOUR_MS = 3_600_000;

const open: { sdk?: Sdk; recorder: HttpRecorder }[] = [];
afterEach(async () => {
  for (const { sdk, recorder } of open.splice(0)) {
    await sdk?.close();
    await recorder.close();
  }
});

const isSts = ({ headers }: RecordedRequest) => String(headers.authorization).includes('/sts/aws4_request');

const session = (name: string, expiresAtMs: number): RecordedAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROA:${name}</AssumedRoleId><Arn>arn:aws:sts::222222222222:assumed-role/gateway-stats/${name}</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIA${name}</AccessKeyId><SecretAccessKey>secret-${name}</SecretAccessKey><SessionToken>token-${name}</SessionToken>
<Expiration>${new Date(expiresAtMs).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});

const refused = (status: number, code: string): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>User: x is not authorized</Message></Error></ErrorResponse>`,
});

describe('clients of another account', () => {
  async function stats(sts: () => RecordedAnswer) {
    const recorder = await startRecorder((request) =>
      isSts(request) ? sts() : { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' },
    );
    const sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, role, now: Date.now });
    open.push({ sdk, recorder });
    const client = tableClient({ grant: SearchStats.allow('get'), tableName: 'stats-1', dynamo: sdk.dynamo });
    return { client, recorder, sdk };
  }

  test('assume the role once for many calls and clients, with its external id and session name, and sign with what they got', async () => {
    const { client, recorder, sdk } = await stats(() => session('one', Date.now() + HOUR_MS));
    await Promise.all([client.get({ id: 'a' }), client.get({ id: 'b' })]);
    await client.get({ id: 'c' });
    const { head } = await sdk.s3();
    await head({ Bucket: 'other', Key: 'a' });
    expect(await sdk.credentials()).toMatchObject({ accessKeyId: 'ASIAone', sessionToken: 'token-one' });

    const [asked, ...more] = recorder.requests.filter(isSts);
    expect(more).toEqual([]);
    expect(Object.fromEntries(new URLSearchParams(asked?.body.toString()))).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: 'arn:aws:iam::222222222222:role/gateway-stats',
      ExternalId: 'gateway-dev',
      RoleSessionName: 'search-0123456789ab',
    });
    expect(asked?.headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sts\//);
    const others = recorder.requests.filter((request) => !isSts(request));
    expect(others).toHaveLength(4);
    for (const { headers } of others) {
      expect(headers.authorization).toMatch(/Credential=ASIAone\/\d{8}\/eu-central-1\//);
      expect(headers['x-amz-security-token']).toBe('token-one');
    }
  });

  test('a denial is INTERNAL_SERVER_ERROR whose logged text names account, role and external id, and the next call asks again', async () => {
    let answer = refused(403, 'AccessDenied');
    const { client, recorder } = await stats(() => answer);
    await expect(client.get({ id: 'a' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(
        /^sts:AssumeRole on role arn:aws:iam::222222222222:role\/gateway-stats of account analytics with external id "gateway-dev" was denied: the role must trust/,
      ),
      cause: { name: 'AccessDenied' },
    });
    expect(recorder.requests).toHaveLength(1);
    answer = session('two', Date.now() + HOUR_MS);
    expect(await client.get({ id: 'a' })).toBeUndefined();
  });

  test('a throttled STS is SERVICE_UNAVAILABLE after three attempts, and the next call asks again', async () => {
    let answer = refused(400, 'Throttling');
    const { client, recorder } = await stats(() => answer);
    await expect(client.get({ id: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { name: 'Throttling' } });
    expect(recorder.requests).toHaveLength(3);
    answer = session('two', Date.now() + HOUR_MS);
    expect(await client.get({ id: 'a' })).toBeUndefined();
  });

  test('any other refusal is INTERNAL_SERVER_ERROR and names the role', async () => {
    const { client } = await stats(() => refused(400, 'ValidationError'));
    await expect(client.get({ id: 'a' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(/role\/gateway-stats of account analytics .* failed: ValidationError/),
    });
  });
});

describe('credentials of a role', () => {
  async function provider(sts: (asked: number) => RecordedAnswer) {
    const recorder = await startRecorder(() => sts(recorder.requests.length));
    open.push({ recorder });
    let nowMs = NOW_MS;
    const credentials = assumedRole(role, { endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: () => nowMs });
    return { credentials, recorder, at: (ms: number) => (nowMs = ms) };
  }

  test('are the same until five minutes before they end, then others', async () => {
    const { credentials, recorder, at } = await provider((asked) => session(`s${asked}`, NOW_MS + asked * HOUR_MS));
    expect((await credentials()).accessKeyId).toBe('ASIAs1');
    at(NOW_MS + HOUR_MS - 302_000);
    expect((await credentials()).accessKeyId).toBe('ASIAs1');
    at(NOW_MS + HOUR_MS - 298_000);
    expect((await credentials()).accessKeyId).toBe('ASIAs2');
    expect(recorder.requests).toHaveLength(2);
  });

  test('are asked for once by callers who come together', async () => {
    const { credentials, recorder } = await provider(() => session('one', NOW_MS + HOUR_MS));
    await Promise.all([credentials(), credentials(), credentials()]);
    expect(recorder.requests).toHaveLength(1);
  });

  test('are good for their last five minutes when STS cannot give others, and not longer', async () => {
    const { credentials, at } = await provider((asked) => (asked === 1 ? session('one', NOW_MS + HOUR_MS) : refused(403, 'AccessDenied')));
    await credentials();
    at(NOW_MS + HOUR_MS - 60_000);
    expect((await credentials()).accessKeyId).toBe('ASIAone');
    at(NOW_MS + HOUR_MS + 1_000);
    await expect(credentials()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });
});
