/** Who calls over HTTP: PROTOCOL.md P5.1 and P5.3 to P5.5. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { v1, v1Json, v2 } from '../rest/rest.fixture.js';
import type { RestEvent } from '../rest/rest-event.js';
import { createRestHandler } from '../rest/rest-handler.js';
import { defineService, type ServiceOptions, type Uses } from '../service/define-service.js';
import { ADA, createVerifying, SETTINGS, unsigned } from './fake-issuer.fixture.js';

const vault = service('vault', {
  open: query({ auth: 'public', output: () => z.string() }),
  mine: query({ output: () => z.string(), rest: 'GET /vault/mine' }),
  write: mutation({ auth: { scopes: ['write', 'vault'] } }),
});

function start(options: Omit<ServiceOptions<Uses, { readonly team: string }>, 'uses'> = {}, hasIdentity = true) {
  const verifying = createVerifying(SETTINGS);
  const implementation = implement(defineService(vault, { uses: {}, ...options }), {
    open: ({ ctx }) => ctx.user?.id ?? 'anybody',
    mine: ({ ctx }) => `${ctx.user?.id} of ${ctx.user?.claims.team} until ${ctx.user?.expiresAtMs}`,
    write: () => {},
  });
  const never = () => Promise.reject(new Error('not used'));
  const { log, clock, tokens } = verifying;
  const rest = createRestHandler({
    ...{ implementation, clients: {}, publish: never, connectionOf: never, allowedOrigin: '*', now: clock.now, log },
    tokens: hasIdentity ? tokens : undefined,
  });
  const call = async (event: RestEvent) => {
    const { statusCode, body, headers } = await rest(event);
    return { statusCode, headers, json: JSON.parse(body) };
  };
  const authorized = (authorization: string) => ({
    headers: { Authorization: authorization },
    multiValueHeaders: { Authorization: [authorization] },
  });
  const get = (path: string, authorization?: string) => call(v1('GET', path, authorization === undefined ? {} : authorized(authorization)));
  return { ...verifying, call, get, authorized };
}

const unauthorized = { statusCode: 401, headers: { 'www-authenticate': 'Bearer' }, json: { error: { data: { code: 'UNAUTHORIZED' } } } };

describe('P5.1 a request', () => {
  it('is its user’s by the token in its authorization header', async () => {
    const { get, issuer, call } = start();
    const token = issuer.token({ ...ADA, team: 'blue' });
    expect((await get('/rpc/vault/mine', `Bearer ${token}`)).json).toEqual({ result: { data: 'ada of blue until 1714565100000' } });
    expect((await get('/vault/mine', `bearer  ${token}`)).json).toBe('ada of blue until 1714565100000');
    const event = v2('GET', '/rpc/vault/mine', '', { headers: { authorization: `Bearer ${token}` } });
    expect((await call(event)).statusCode).toBe(200);
  });

  it('without one is nobody’s, and is refused where a user is needed', async () => {
    const { get } = start();
    expect((await get('/rpc/vault/open')).json).toEqual({ result: { data: 'anybody' } });
    expect(await get('/rpc/vault/mine')).toMatchObject(unauthorized);
    expect(await get('/vault/mine')).toMatchObject(unauthorized);
  });

  it.each([
    ['that is forged', () => `Bearer ${unsigned(ADA)}`],
    ['with a letter more', (good: string) => `Bearer ${good}A`],
    ['of another scheme', () => 'Basic YWRhOnB3'],
    ['without a scheme', (good: string) => good],
    ['that is empty', () => 'Bearer '],
    ['twice', (good: string) => `Bearer ${good}, Bearer ${good}`],
    [
      'signed for AWS',
      () => 'AWS4-HMAC-SHA256 Credential=AKIA/20240501/eu-central-1/execute-api/aws4_request, SignedHeaders=host, Signature=00',
    ],
  ])('with a token %s is refused, to what anybody may call too', async (_, authorization) => {
    const { get, issuer } = start();
    const header = authorization(issuer.token());
    expect(await get('/rpc/vault/open', header)).toMatchObject(unauthorized);
    expect(await get('/rpc/vault/mine', header)).toMatchObject(unauthorized);
    expect(await get('/no/such/path', header)).toMatchObject(unauthorized);
  });

  it('whose token cannot be checked is SERVICE_UNAVAILABLE, and told when to come back', async () => {
    const { get, issuer } = start();
    issuer.failure = new Error('down');
    expect(await get('/rpc/vault/open', `Bearer ${issuer.token()}`)).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1' },
      json: { error: { data: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 } } },
    });
  });

  it('on a stage without identity is nobody’s, whatever it carries', async () => {
    const { get, issuer } = start({}, false);
    expect((await get('/rpc/vault/open', `Bearer ${issuer.token()}`)).json).toEqual({ result: { data: 'anybody' } });
    expect((await get('/rpc/vault/mine', `Bearer ${issuer.token()}`)).statusCode).toBe(401);
  });
});

describe('P5.3 a procedure', () => {
  it('with scopes needs a user who has them all', async () => {
    const { call, issuer, authorized } = start();
    const write = (scope?: string) =>
      call(v1Json('/rpc/vault/write', '', scope === undefined ? {} : authorized(`Bearer ${issuer.token({ ...ADA, scope })}`)));
    expect((await write('vault read write')).statusCode).toBe(200);
    expect(await write('write')).toMatchObject({ statusCode: 403, json: { error: { data: { code: 'FORBIDDEN' } } } });
    expect(await write('writer vaults')).toMatchObject({ statusCode: 403 });
    expect(await write()).toMatchObject(unauthorized);
  });

  it('answers for itself in a batch', async () => {
    const { call } = start();
    const query = { queryStringParameters: { batch: '1' }, multiValueQueryStringParameters: { batch: ['1'] } };
    const { statusCode, json } = await call(v1('GET', '/rpc/vault/open,mine', query));
    expect([statusCode, json]).toMatchObject([
      207,
      [{ result: { data: 'anybody' } }, { error: { data: { code: 'UNAUTHORIZED', path: 'vault.mine' } } }],
    ]);
  });
});

describe('P5.4 claims', () => {
  const claims = () => z.object({ team: z.string(), level: z.coerce.number().default(1) });

  it('are read by the schema of the service', async () => {
    const { get, issuer } = start({ claims });
    expect((await get('/vault/mine', `Bearer ${issuer.token({ ...ADA, team: 'red' })}`)).json).toBe('ada of red until 1714565100000');
  });

  it('that do not fit are UNAUTHORIZED: the log says what is wrong, and no value', async () => {
    const { get, issuer, logLines } = start({ claims });
    const answer = await get('/rpc/vault/open', `Bearer ${issuer.token({ ...ADA, team: 5_551_234 })}`);
    expect(answer).toMatchObject(unauthorized);
    expect(JSON.stringify(answer.json)).not.toContain('team');
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'ERROR', user: 'ada', issues: [{ path: ['team'] }] }]);
    expect(logLines.join()).not.toContain('5551234');
  });
});

describe('P5.5 a service for AWS identities', () => {
  const ARN = 'arn:aws:sts::123456789012:assumed-role/billing/nightly';
  const signed = (userArn: string | null) => ({ requestContext: { requestId: 'r1', identity: { userArn, sourceIp: '203.0.113.9' } } });

  it('knows its caller by the ARN that API Gateway has checked', async () => {
    const { call } = start({ auth: 'iam' });
    expect((await call(v1('GET', '/rpc/vault/open', signed(ARN)))).json).toEqual({ result: { data: ARN } });
    expect((await call(v1('GET', '/rpc/vault/mine', signed(null)))).statusCode).toBe(401);
    expect((await call(v1Json('/rpc/vault/write', '', signed(ARN)))).statusCode).toBe(403);
  });

  it('passes over tokens, so that nothing in it is public, and other services over ARNs', async () => {
    const { get, issuer } = start({ auth: 'iam' });
    expect(await get('/rpc/vault/open', `Bearer ${issuer.token()}`)).toMatchObject(unauthorized);
    expect((await start().call(v1('GET', '/rpc/vault/open', signed(ARN)))).json).toEqual({ result: { data: 'anybody' } });
  });

  it('has no subscriptions, no schema for claims, and routes', () => {
    const changes = service('changes', { all: mutation({}) });
    const followed = service('followed', { all: subscription({ event: z.int }) });
    expect(() => defineService(followed, { uses: {}, auth: 'iam' })).toThrow('followed has auth "iam" and subscriptions');
    expect(() => defineService(changes, { uses: {}, auth: 'iam', internal: true })).toThrow('changes has auth "iam" and "internal"');
    expect(() => defineService(changes, { uses: {}, auth: 'iam', claims: () => z.object({}) })).toThrow('a schema for claims');
  });
});
