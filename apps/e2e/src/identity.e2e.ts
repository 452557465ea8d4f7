/**
 * Who may call, on a stage whose issuer is its own: tokens over HTTP, tickets and sign-in on the socket, expiry by the stage's clock, and
 * what is refused. Plain HTTP and frames, so that what is tested is the wire of PROTOCOL.md section 5. Local only.
 */

import { once } from 'node:events';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createGatewayClient } from '@org/gateway-client';
import { createHttpClient } from '@org/gateway-client/http';
import { signedFetch } from '@org/gateway-client/node';
import { forgeTokens } from '@org/gateway-conformance';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from './faults/topic-under-test.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { type RawSocket, rawSocket } from './raw-socket.js';
import { createShiftedClock } from './shifted-clock.js';

const { local } = inject('stage');

describe.runIf(local)('identity', () => {
  let own: OwnStage;
  const open: RawSocket[] = [];
  const closing: (() => void)[] = [];
  beforeAll(async () => {
    own = await startOwnStage();
  }, 120_000);
  afterAll(async () => {
    for (const close of closing) close();
    await Promise.all(open.map((socket) => socket.close()));
    await own?.close();
  });

  const issuer = () => own.stage.issuer ?? fail('the stage has no issuer');
  const token = (options: Parameters<ReturnType<typeof issuer>['tokenFor']>[1] = {}, user = 'ada') => issuer().tokenFor(user, options);
  const http = async (method: 'GET' | 'POST', path: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${own.stage.restUrl}${path}`, { method, headers });
    return { status: response.status, headers: response.headers, json: await response.json() };
  };
  const whoami = async (authorization?: string) => (await http('GET', '/whoami', authorization)).json;
  const ticket = async (options = {}, user = 'ada') =>
    (await http('POST', '/rpc/gw/ticket', `Bearer ${await token(options, user)}`)).json.result.data.ticket as string;
  const connect = async (query: Record<string, string> = {}) => {
    const socket = await rawSocket(`${own.stage.socketUrl}?${new URLSearchParams({ gw: '2', ...query })}`);
    open.push(socket);
    return socket;
  };
  /** Status of a handshake. */
  const handshake = async (query: Record<string, string>, headers: Record<string, string> = {}): Promise<number> => {
    const socket = new WebSocket(`${own.stage.socketUrl}?${new URLSearchParams(query)}`, { headers });
    socket.on('error', () => {});
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
    const status = await Promise.race([refused, once(socket, 'open').then(() => 101)]);
    socket.terminate();
    return status;
  };
  let ids = 0;
  const ask = async (socket: RawSocket, frame: object) => {
    const id = ++ids;
    socket.send({ id, ...frame });
    return (await socket.next((each) => each.id === id)) as {
      readonly result?: { data: never };
      readonly error?: { data: { code: string }; message: string };
    };
  };
  const userOf = async (socket: RawSocket) => {
    const { result, error } = await ask(socket, { method: 'query', svc: 'system', params: { path: 'system.whoami', input: {} } });
    return error ? error.data.code : ((result?.data as unknown as { user: string | null }) ?? { user: 'none' }).user;
  };
  const auth = (socket: RawSocket, value: string | null) => ask(socket, { method: 'gw.auth', svc: 'gw', params: { token: value } });

  it('P5.1 knows who calls over HTTP by the issuer’s token', async () => {
    expect(await whoami()).toMatchObject({ user: null });
    expect(await whoami(`Bearer ${await token()}`)).toMatchObject({ user: 'ada' });
  });

  it('P5.1 refuses tokens that expired, come later, or are for or from somebody else, to what is public too', async () => {
    const nowSeconds = Math.floor(own.now() / 1_000);
    const refused = [
      await token({ expiresInSeconds: -60 }),
      await token({ claims: { nbf: nowSeconds + 300 } }),
      await token({ audience: 'another-api' }),
      await token({ claims: { iss: 'https://elsewhere.example' } }),
      await token({ claims: { sub: undefined } }),
      await token({ claims: { exp: undefined } }),
    ];
    for (const each of refused) {
      const { status, headers, json } = await http('GET', '/whoami', `Bearer ${each}`);
      expect([status, json.error.data.code, headers.get('x-amzn-remapped-www-authenticate') ?? headers.get('www-authenticate')]).toEqual([
        401,
        'UNAUTHORIZED',
        'Bearer',
      ]);
    }
  });

  it('P5.1 refuses forged tokens over HTTP, and over the socket', async () => {
    const { keys } = await (await fetch(`${own.stage.issuerUrl}/jwks`)).json();
    const forgeries = forgeTokens(await token(), keys);
    expect(forgeries.length).toBeGreaterThan(15);
    const socket = await connect();
    for (const [name, forged] of forgeries) {
      expect([name, (await http('POST', '/rpc/gw/ticket', `Bearer ${forged}`)).status]).toEqual([name, 401]);
      expect([name, (await auth(socket, forged)).error?.data.code]).toEqual([name, 'UNAUTHORIZED']);
    }
    expect(await userOf(socket)).toBeNull();
    expect((await http('POST', '/rpc/gw/ticket', `Bearer ${await token()}`)).status).toBe(200);
  });

  it('P5.2 follows the issuer to its next key', async () => {
    await issuer().rotateKeys({ keepPrevious: false });
    // Functions ask for keys every ten seconds at most.
    own.skip(11_000);
    expect(await whoami(`Bearer ${await token()}`)).toMatchObject({ user: 'ada' });
  });

  it('P5.6, P5.7 opens a connection with a ticket, once', async () => {
    const first = await ticket();
    const socket = await connect({ ticket: first });
    expect(await userOf(socket)).toBe('ada');
    expect(await handshake({ ticket: first })).toBe(401);
    expect(await handshake({ ticket: 'made-up' })).toBe(401);
    const late = await ticket();
    own.skip(31_000);
    expect(await handshake({ ticket: late })).toBe(401);
    expect((await http('POST', '/rpc/gw/ticket')).json.error.data.code).toBe('UNAUTHORIZED');
  });

  it('P5.9 signs in, goes on and signs out on an open connection, as one user', async () => {
    const socket = await connect();
    expect(await userOf(socket)).toBeNull();
    expect((await auth(socket, await token({ expiresInSeconds: 100 }))).result?.data).toMatchObject({
      expiresInMs: expect.closeTo(100_000, -4),
    });
    expect((await auth(socket, await token({}, 'grace'))).error?.data.code).toBe('FORBIDDEN');
    expect(await userOf(socket)).toBe('ada');
    own.skip(90_000);
    await auth(socket, await token({ expiresInSeconds: 100 }));
    own.skip(50_000);
    expect(await userOf(socket)).toBe('ada');
    expect((await auth(socket, null)).result?.data).toEqual({ expiresInMs: null });
    expect(await userOf(socket)).toBeNull();
  });

  it('P5.10 takes the token of a stock client’s connection parameters, and never runs without', async () => {
    const socket = await rawSocket(`${own.stage.socketUrl}?connectionParams=1`);
    open.push(socket);
    socket.send({ method: 'connectionParams', data: { token: await token() } });
    expect(await userOf(socket)).toBe('ada');
    const refused = await rawSocket(`${own.stage.socketUrl}?connectionParams=1`);
    open.push(refused);
    refused.send({ method: 'connectionParams', data: { token: await token({ audience: 'another-api' }) } });
    expect(await userOf(refused)).toBe('UNAUTHORIZED');
  });

  it('P5.11 ends with the token: calls are nobody’s, and a sync is told to come back', async () => {
    const socket = await connect({ ticket: await ticket({ expiresInSeconds: 60 }) });
    expect(await userOf(socket)).toBe('ada');
    own.skip(61_000);
    expect(await userOf(socket)).toBeNull();
    socket.send({ id: null, method: 'gw.sync', svc: 'gw', params: { n: 1, c: [] } });
    const bye = await socket.next(({ method }) => method === 'gw.bye');
    expect(bye.params).toEqual({ code: 4401, why: 'the token of the connection has expired', retry: true });
  });

  it('P4.4 tells of what fails over the socket by which ids it is found', async () => {
    const traceId = expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const ids = { requestId: expect.stringMatching(/^[\w-]{15}=$/), traceId };
    for (const svc of ['documents', undefined, 'gw'])
      expect((await ask(await connect(), { method: 'query', svc, params: { path: 'documents.none' } })).error?.data).toMatchObject(ids);
    const failed = own.gateway.documents.get.query({ id: 'none' }, { over: 'socket' });
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND', error: 'NOT_FOUND', ...ids });
    await expect(own.gateway.documents.get.query({ id: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      requestId: expect.stringMatching(/./),
      traceId,
    });
  });

  /** Our client with tokens of two minutes, on a clock of its own: which of them it was told to refresh, and how often the server has taken one. */
  const signedClient = (url: string, socketUrl = url) => {
    const clock = createShiftedClock();
    const asked: boolean[] = [];
    let cached: string | undefined;
    const getToken = async ({ forceRefresh }: { readonly forceRefresh: boolean }) => {
      asked.push(forceRefresh);
      if (forceRefresh) cached = undefined;
      cached ??= await token({ expiresInSeconds: 120 });
      return cached;
    };
    const taken = { count: 0 };
    class CountingSocket extends WebSocket {
      constructor(address: string) {
        super(address);
        this.on('message', (text) => {
          if (String(text).includes('"expiresInMs"')) taken.count += 1;
        });
      }
    }
    const gateway = createGatewayClient({ url, socketUrl, WebSocket: CountingSocket, clock, auth: { getToken } });
    closing.push(gateway.$close);
    const pass = (ms: number) => {
      own.skip(ms);
      clock.skip(ms);
    };
    const user = async () => (await gateway.system.whoami.query({}, { over: 'socket' })).user;
    return { gateway, asked, taken, pass, user };
  };

  it.each([
    ['P5.7 opens with a ticket', () => own.stage.restUrl as string],
    ['P5.9 signs in with its first message where there is no HTTP', () => own.stage.socketUrl as string],
  ])('our client %s, and P5.9 stays who it is when its token ends, on one connection', async (_, url) => {
    const { gateway, taken, pass, user } = signedClient(url(), own.stage.socketUrl);
    const states: string[] = [];
    const events = gateway.documents.changes.subscribe({ folder: 'signed' })[Symbol.asyncIterator]();
    const next = events.next();
    expect(await user()).toBe('ada');
    await waitFor(() => gateway.$connection.state.status === 'live');
    gateway.$connection.subscribe(({ status }) => states.push(status));
    const { count } = taken;
    for (const round of [1, 2]) {
      pass(61_000);
      await waitFor(() => taken.count === count + round);
      expect(await user()).toBe('ada');
    }
    expect(states).not.toContain('offline');
    await own.gateway.documents.save.mutate({ folder: 'signed', title: 'Still here', body: 'x' });
    expect(await next).toMatchObject({ value: { document: { title: 'Still here' } } });
  });

  it('P5.11 our client that slept over the end of its token is signed in again, and has lost nothing', async () => {
    const { gateway, asked, pass, user } = signedClient(own.stage.restUrl as string, own.stage.socketUrl);
    const events = gateway.documents.changes.subscribe({ folder: 'slept' })[Symbol.asyncIterator]();
    const next = events.next();
    expect(await user()).toBe('ada');
    await waitFor(() => gateway.$connection.state.status === 'live');
    pass(130_000);
    await waitFor(async () => (await user()) === 'ada');
    expect(asked.some(Boolean)).toBe(true);
    await own.gateway.documents.save.mutate({ folder: 'slept', title: 'Awake', body: 'x' });
    expect(await next).toMatchObject({ value: { document: { title: 'Awake' } } });
  });

  it('P5.12 ends every sign-in of a user who wants it, wherever it is; others stay, and a new one works', async () => {
    const adas = [signedClient(own.stage.restUrl as string, own.stage.socketUrl), signedClient(own.stage.socketUrl as string)];
    const ends = adas.map(({ gateway }) =>
      gateway.documents.changes
        .subscribe({ folder: 'ended' })
        [Symbol.asyncIterator]()
        .next()
        .catch((cause: unknown) => cause),
    );
    for (const { user } of adas) expect(await user()).toBe('ada');
    for (const { gateway } of adas) await waitFor(() => gateway.$connection.state.status === 'live');
    const grace = await connect({ ticket: await ticket({}, 'grace') });
    const [raw, old, signedInMs] = [await connect({ ticket: await ticket() }), await token(), own.now()];
    own.skip(1_000);

    const caller = createHttpClient({ url: own.stage.restUrl as string, auth: { getToken: () => old } });
    const { connections } = await caller.account.signOutEverywhere.mutate();
    expect(connections).toBeGreaterThanOrEqual(3);
    const bye = { code: 4401, why: 'your sessions were revoked', retry: false };
    expect((await raw.next(({ method }) => method === 'gw.bye')).params).toEqual(bye);
    expect(await raw.closed).toBe(1000);
    expect(await Promise.all(ends)).toMatchObject([{ code: 'UNAUTHORIZED' }, { code: 'UNAUTHORIZED' }]);
    const closed = { status: 'closed', reason: bye.why, code: 'UNAUTHORIZED' };
    expect(adas.map(({ gateway }) => gateway.$connection.state)).toEqual([closed, closed]);

    own.skip(1_000);

    // The token of before does for nothing that lasts, nor for what the service wants to know at once.
    const revoked = { message: '[UNAUTHORIZED] the sign-in was revoked; sign in again', data: { code: 'UNAUTHORIZED', httpStatus: 401 } };
    expect((await http('POST', '/rpc/gw/ticket', `Bearer ${old}`)).json.error).toMatchObject(revoked);
    expect((await http('POST', '/account/sign-out', `Bearer ${old}`)).json.error).toMatchObject(revoked);
    const anonymous = await connect();
    expect((await auth(anonymous, old)).error).toMatchObject(revoked);
    expect((await auth(anonymous, await token({ authenticatedAtMs: signedInMs }))).error).toMatchObject(revoked);
    expect(await whoami(`Bearer ${old}`)).toMatchObject({ user: 'ada' });

    expect(await userOf(grace)).toBe('grace');
    expect(await userOf(await connect({ ticket: await ticket() }))).toBe('ada');
    expect((await auth(anonymous, await token())).result).toBeDefined();
  });

  it('P5.12 ends those of another user for who has the scope', async () => {
    const alan = await connect({ ticket: await ticket({}, 'alan') });
    own.skip(1_000);
    const as = async (user: string) => (await http('POST', '/account/alan/sign-out', `Bearer ${await token({}, user)}`)).json;
    expect((await as('grace')).error.data).toMatchObject({ code: 'FORBIDDEN' });
    expect(await userOf(alan)).toBe('alan');
    expect(await as('ada')).toEqual({ connections: 1 });
    expect(await alan.closed).toBe(1000);
  });

  it('P5.5 knows operators by their AWS identity, and refuses who does not sign, signs wrongly, or may not call', async () => {
    const RoleArn = own.stage.outputs.OperationsCallersRole as string;
    const sts = new STSClient(own.operatorSettings());
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'night-shift' }));
    sts.destroy();
    const credentials = {
      accessKeyId: `${keys?.AccessKeyId}`,
      secretAccessKey: `${keys?.SecretAccessKey}`,
      sessionToken: `${keys?.SessionToken}`,
    };
    const { region } = own.stage.environment;
    const operations = (by = credentials) =>
      createHttpClient({ url: own.stage.restUrl as string, fetch: signedFetch({ credentials: by, region, now: own.now }) }).operations;
    const arn = `${RoleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/night-shift`;
    expect(await operations().caller.query()).toEqual({ arn });
    const grace = await connect({ ticket: await ticket({}, 'grace') });
    own.skip(1_000);
    expect(await operations().signOutUser.mutate({ userId: 'grace' })).toMatchObject({ connections: expect.any(Number) });
    expect(await grace.closed).toBe(1000);
    own.skip(1_000);

    await expect(operations({ ...credentials, secretAccessKey: 'wrong' }).caller.query()).rejects.toMatchObject({
      ...{ code: 'FORBIDDEN', status: 403, requestId: expect.any(String) },
      message: expect.stringMatching(/^The request signature we calculated does not match the signature you provided\. /),
    });
    const role = RoleArn.slice(RoleArn.lastIndexOf('/') + 1);
    const giveBack = own.stage.withhold({ role, action: 'execute-api:Invoke' });
    await expect(operations().caller.query()).rejects.toMatchObject({
      ...{ code: 'FORBIDDEN', status: 403 },
      message: expect.stringMatching(
        new RegExp(
          `^User: ${arn} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:${region}:\\*{8}\\d{4}:\\w+/prod/GET/rpc/operations/caller `,
        ),
      ),
    });
    giveBack();
    // As AWS has it, a path that wants a signature and gets none is like one that is not there; a token is none.
    for (const authorization of [undefined, `Bearer ${await token()}`]) {
      const { status, headers, json } = await http('GET', '/rpc/operations/caller', authorization);
      expect([status, headers.get('x-amzn-errortype'), json.error.data.code]).toEqual(
        authorization === undefined
          ? [404, 'MissingAuthenticationTokenException', 'NOT_FOUND']
          : [403, 'IncompleteSignatureException', 'FORBIDDEN'],
      );
    }
    const socket = await connect();
    expect((await ask(socket, { method: 'query', svc: 'operations', params: { path: 'operations.caller' } })).error?.data.code).toBe(
      'NOT_FOUND',
    );
  });

  it('P5.15 gives a user sixty tickets at once, then one a second, and others theirs', async () => {
    const [ada, grace] = [`Bearer ${await token()}`, `Bearer ${await token({}, 'grace')}`];
    const answer = await http('POST', `/rpc/gw/${Array(99).fill('ticket').join(',')}?batch=1`, ada);
    const refused = answer.json.filter(({ error }: { readonly error?: unknown }) => error !== undefined);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused.length).toBeLessThanOrEqual(60);
    expect(refused[0].error.data).toMatchObject({ code: 'TOO_MANY_REQUESTS', path: 'gw.ticket', retryAfterMs: expect.any(Number) });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([207, '1']);
    expect((await http('POST', '/rpc/gw/ticket', grace)).status).toBe(200);
    own.skip(60_000);
    expect((await http('POST', '/rpc/gw/ticket', ada)).status).toBe(200);
  });

  it('writes no token and no ticket into its logs', async () => {
    const secret = await token();
    const once = await ticket();
    await whoami(`Bearer ${secret}`);
    await whoami(`Bearer ${secret}x`);
    await connect({ ticket: once });
    const said = `${own.logs.join('\n')}\n${own.journal.map(({ message }) => message).join('\n')}`;
    const signature = secret.split('.')[2] as string;
    expect([said.includes(signature), said.includes(once)]).toEqual([false, false]);
  });
});

function fail(why: string): never {
  throw new Error(why);
}
