import { createHash } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { signRequest } from '../iam/sign.js';
import type { CredentialStore, Credentials } from '../parts.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { guarded, resource, restStack } from './stack.test.fixture.js';
import { type HttpAnswer, send } from './wire.test.fixture.js';

const reader: Credentials = { accessKeyId: 'ASIAREADER', secretAccessKey: 'secret', sessionToken: 'session' };
const expired: Credentials = { ...reader, accessKeyId: 'ASIAEXPIRED' };
const principal = { arn: 'arn:aws:sts::123456789012:assumed-role/Reader/run-7', roleId: 'Reader' };
const keys: CredentialStore = {
  find: (accessKeyId) =>
    ({ ASIAREADER: { credentials: reader, principal }, ASIAEXPIRED: { credentials: expired, principal, expiresAtMs: NOW_MS } })[
      accessKeyId
    ],
};

/** May read documents, and nothing else. */
const role = resource('AWS::IAM::Role', 'Reader', {
  AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
  Policies: [
    {
      PolicyName: 'read',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:*:*:a1b2c3d4e5/prod/GET/documents/*' }],
      },
    },
  ],
});

let running: RunningRestApi | undefined;
const calls: unknown[] = [];
afterEach(() => {
  calls.length = 0;
  return running?.close();
});

async function start(more: Parameters<typeof restStack>[0]['more'] = []): Promise<ReturnType<typeof createJournal>['entries']> {
  const { entries, report } = createJournal();
  const methods = {
    'GET /documents/{id}': { AuthorizationType: 'AWS_IAM' },
    'POST /documents': { AuthorizationType: 'AWS_IAM' },
    'GET /open': {},
  };
  const Format = '$context.identity.userArn $context.status';
  running = await startRestApi({
    ...guarded(restStack({ methods, more: [role, ...more], stage: { AccessLogSetting: { Format } } }), keys),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    clock: createManualClock(NOW_MS),
    report,
    invoke: invokeWith((event) => {
      calls.push(event);
      return { statusCode: 200, body: 'ok' };
    }),
    port: 0,
  });
  return entries;
}

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  /** What is sent instead of the body that was signed. */
  readonly sent?: string;
  readonly credentials?: Credentials;
  readonly service?: string;
  readonly region?: string;
  readonly nowMs?: number;
}

/** Signs a call as an SDK does and sends it. */
function signed({ method = 'GET', path = '/documents/7', body = '', sent = body, ...signer }: Call = {}): Promise<HttpAnswer> {
  const { host, pathname } = new URL(running?.url as string);
  const request = { method, url: `${pathname}${path}`, headers: { host }, payloadHash: createHash('sha256').update(body).digest('hex') };
  const headers = signRequest(request, { credentials: reader, region: 'eu-central-1', service: 'execute-api', nowMs: NOW_MS, ...signer });
  return send(running?.url as string, { method, path, headers, body: sent });
}

it('lets in who signs and may call the path, and tells the function who it is', async () => {
  const entries = await start();
  expect((await signed({ path: '/documents/7?view=full' })).status).toBe(200);
  expect(calls).toMatchObject([
    {
      requestContext: {
        accountId: '123456789012',
        identity: {
          accessKey: 'ASIAREADER',
          accountId: '123456789012',
          caller: expect.stringMatching(/^AROA[A-Z0-9]{17}:run-7$/),
          user: expect.stringMatching(/^AROA[A-Z0-9]{17}:run-7$/),
          userArn: 'arn:aws:sts::123456789012:assumed-role/Reader/run-7',
        },
      },
    },
  ]);
  expect(entries.find(({ detail }) => detail?.accessLog)?.message).toBe('arn:aws:sts::123456789012:assumed-role/Reader/run-7 200');
});

it('leaves methods without it open', async () => {
  await start();
  expect((await send(running?.url as string, { path: '/open' })).status).toBe(200);
  expect(calls).toMatchObject([{ requestContext: { identity: { userArn: null, caller: null, accountId: null } } }]);
});

it("denies what no policy allows, with AWS's sentence", async () => {
  await start();
  const answer = await signed({ method: 'POST', path: '/documents', body: '{}' });
  expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, ['AccessDeniedException']]);
  expect((answer.json() as { Message: string }).Message).toContain(
    'User: arn:aws:sts::123456789012:assumed-role/Reader/run-7 is not authorized to perform: execute-api:Invoke on resource: ' +
      'arn:aws:execute-api:eu-central-1:********9012:a1b2c3d4e5/prod/POST/documents because no identity-based policy allows the execute-api:Invoke action',
  );
  expect(calls).toEqual([]);
});

const missing = 'MissingAuthenticationTokenException';
it.each<[string, () => Promise<HttpAnswer>, string, RegExp]>([
  ['no signature', () => send(running?.url as string, { path: '/documents/7' }), missing, /^Missing Authentication Token$/],
  [
    'a bearer token',
    () => send(running?.url as string, { path: '/documents/7', headers: { authorization: 'Bearer ey.s3cret' } }),
    'IncompleteSignatureException',
    /^Authorization header requires 'Credential' parameter\. (?!.*s3cret)/,
  ],
  [
    'an unknown key',
    () => signed({ credentials: { ...reader, accessKeyId: 'ASIAOTHER' } }),
    'AccessDeniedException',
    /security token .* is invalid/,
  ],
  [
    'a wrong secret',
    () => signed({ credentials: { ...reader, secretAccessKey: 'x' } }),
    'InvalidSignatureException',
    /signature we calculated does not match/,
  ],
  [
    'another body than was signed',
    () => signed({ method: 'POST', path: '/documents', body: '{}', sent: '[]' }),
    'InvalidSignatureException',
    /signature we calculated does not match/,
  ],
  ['a signature for another service', () => signed({ service: 's3' }), 'InvalidSignatureException', /correct service: 'execute-api'/],
  ['a signature for another region', () => signed({ region: 'us-east-1' }), 'InvalidSignatureException', /valid region/],
  ['an old signature', () => signed({ nowMs: NOW_MS - 16 * 60_000 }), 'InvalidSignatureException', /^Signature expired/],
  ['keys that have expired', () => signed({ credentials: expired }), 'ExpiredTokenException', /security token .* is expired/],
])('refuses %s', async (_what, call, errorType, message) => {
  await start();
  const answer = await call();
  const body = answer.json() as { message?: string; Message?: string };
  expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, [errorType]]);
  expect(body.message ?? body.Message).toMatch(message);
  expect(calls).toEqual([]);
});

it('shapes refusals as the template says', async () => {
  await start([
    resource('AWS::ApiGateway::GatewayResponse', 'denied', {
      RestApiId: 'a1b2c3d4e5',
      ResponseType: 'ACCESS_DENIED',
      ResponseTemplates: { 'application/json': '{"error":"FORBIDDEN"}' },
    }),
  ]);
  expect((await signed({ method: 'POST', path: '/documents' })).json()).toEqual({ error: 'FORBIDDEN' });
});
