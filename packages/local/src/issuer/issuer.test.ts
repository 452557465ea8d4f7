import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authorizeUrl,
  choose,
  page,
  type RunningIssuer,
  runIssuer,
  sentTo,
  signIn,
  startMs,
  withCode,
  withRefreshToken,
} from './issuer.test.fixture.js';

let issuer: RunningIssuer;
let url: string;
beforeAll(async () => {
  issuer = await runIssuer();
  url = issuer.url;
});
afterAll(() => issuer.close());

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(path, { redirect: 'manual', ...init });

describe('a sign-in', () => {
  it('lists the test users with their scopes and runs no scripts', async () => {
    const response = await get(authorizeUrl(url));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('Ada Lovelace<small>ada · documents:write, admin</small>');
    expect(html).toContain('Alan Turing<small>alan · no scopes</small>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('sends the browser back with a code, the state and the issuer', async () => {
    const chosen = await choose(url, await (await get(authorizeUrl(url))).text(), { user: 'ada' });
    expect(chosen.status).toBe(303);
    expect(sentTo(chosen)).toEqual({ at: page, parameters: { code: expect.stringMatching(/^[\w-]{43}$/), state: 'st4te', iss: url } });
    expect(chosen.headers.get('set-cookie')).toMatch(/^issuer-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('can be cancelled', async () => {
    const cancelled = await choose(url, await (await get(authorizeUrl(url))).text(), { cancel: 'yes' });
    expect(sentTo(cancelled).parameters).toMatchObject({ error: 'access_denied', state: 'st4te' });
  });

  it('can be used once, for ten minutes', async () => {
    const html = await (await get(authorizeUrl(url))).text();
    await choose(url, html, { user: 'ada' });
    expect((await choose(url, html, { user: 'ada' })).status).toBe(400);
    const late = await (await get(authorizeUrl(url))).text();
    await issuer.clock.advance(10 * 60_000);
    expect((await choose(url, late, { user: 'ada' })).status).toBe(400);
  });

  it('is remembered by the browser: nothing to click the second time, unless the client asks for it', async () => {
    const { cookie } = await signIn(url, 'ada');
    expect(sentTo(await get(authorizeUrl(url), { headers: { cookie } })).parameters.code).toBeDefined();
    expect(sentTo(await get(authorizeUrl(url, { prompt: 'none' }), { headers: { cookie } })).parameters.code).toBeDefined();
    expect((await get(authorizeUrl(url, { prompt: 'login' }), { headers: { cookie } })).status).toBe(200);
  });

  it('without a page ends in login_required when nobody is signed in', async () => {
    expect(sentTo(await get(authorizeUrl(url, { prompt: 'none' }))).parameters).toMatchObject({ error: 'login_required', state: 'st4te' });
  });

  it.each([
    ['another client', { client_id: 'other' }],
    ['a page of another machine', { redirect_uri: 'https://evil.example/' }],
    ['a page that only looks like one of this machine', { redirect_uri: 'http://127.0.0.1.evil.example/' }],
    ['no page', { redirect_uri: undefined }],
  ])('of %s is refused on a page, without sending the browser anywhere', async (_what, over) => {
    const response = await get(authorizeUrl(url, over));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it.each([
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no code challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ])('with %s is refused to the client', async (_what, over, error) => {
    expect(sentTo(await get(authorizeUrl(url, over))).parameters).toMatchObject({ error, state: 'st4te' });
  });
});

describe('a code', () => {
  it('becomes tokens that the published keys verify', async () => {
    const { body } = await withCode(url, (await signIn(url, 'ada')).code);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'openid offline_access documents:write' });
    const keys = createRemoteJWKSet(new URL(`${url}/jwks`));
    const now = { currentDate: new Date(issuer.clock.now()) };
    const access = await jwtVerify(String(body.access_token), keys, { issuer: url, audience: 'my-api', typ: 'at+jwt', ...now });
    const nowSeconds = Math.floor(issuer.clock.now() / 1000);
    expect(access.payload).toEqual({
      iss: url,
      sub: 'ada',
      aud: 'my-api',
      client_id: 'web',
      name: 'Ada Lovelace',
      scope: 'openid offline_access documents:write',
      iat: nowSeconds,
      auth_time: nowSeconds,
      exp: nowSeconds + 300,
      jti: expect.any(String),
    });
    const identity = await jwtVerify(String(body.id_token), keys, { issuer: url, audience: 'web', ...now });
    expect(identity.payload).toMatchObject({ sub: 'ada', nonce: 'n0nce', name: 'Ada Lovelace', auth_time: nowSeconds });
  });

  it('gives no scope that the user does not have', async () => {
    const { body } = await withCode(url, (await signIn(url, 'alan')).code);
    expect(body.scope).toBe('openid offline_access');
  });

  it.each([
    ['another verifier', { code_verifier: 'b'.repeat(64) }],
    ['another page', { redirect_uri: 'http://127.0.0.1:4001/' }],
  ])('with %s is refused', async (_what, over) => {
    const { status, body } = await withCode(url, (await signIn(url, 'ada')).code, over);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('is good for a minute', async () => {
    const { code } = await signIn(url, 'ada');
    await issuer.clock.advance(60_000);
    expect((await withCode(url, code)).body.error).toBe('invalid_grant');
  });

  it('that comes twice ends the session: the refresh token of the first is worth nothing', async () => {
    const { code } = await signIn(url, 'ada');
    const { body } = await withCode(url, code);
    expect((await withCode(url, code)).body.error).toBe('invalid_grant');
    expect((await withRefreshToken(url, body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('a refresh token', () => {
  const refreshToken = async (user = 'ada'): Promise<unknown> => (await withCode(url, (await signIn(url, user)).code)).body.refresh_token;

  it('gives new tokens and the next refresh token', async () => {
    const first = await refreshToken();
    const signedInSeconds = Math.floor(issuer.clock.now() / 1000);
    await issuer.clock.advance(3_600_000);
    const { status, body } = await withRefreshToken(url, first);
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(first);
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      exp: Math.floor(issuer.clock.now() / 1000) + 300,
      auth_time: signedInSeconds,
    });
    expect((await withRefreshToken(url, body.refresh_token)).status).toBe(200);
  });

  it('that comes twice ends the session', async () => {
    const first = await refreshToken();
    const { body } = await withRefreshToken(url, first);
    expect((await withRefreshToken(url, first)).body.error).toBe('invalid_grant');
    expect((await withRefreshToken(url, body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('lasts as long as the session, however often it was exchanged', async () => {
    const first = await refreshToken();
    await issuer.clock.advance(28_800_000 - 1);
    const { body } = await withRefreshToken(url, first);
    await issuer.clock.advance(1);
    expect((await withRefreshToken(url, body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is given only to who asks for offline_access', async () => {
    const { code } = await signIn(url, 'ada', { scope: 'openid' });
    const { body } = await withCode(url, code);
    expect(body).toHaveProperty('id_token');
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('works no more when the sessions of its user were ended', async () => {
    const [ada, alan] = [await refreshToken(), await refreshToken('alan')];
    await issuer.endSessionsOf('ada');
    expect((await withRefreshToken(url, ada)).body.error).toBe('invalid_grant');
    expect((await withRefreshToken(url, alan)).status).toBe(200);
  });
});

describe('a sign-out', () => {
  it('ends the session of the identity token and sends the browser back', async () => {
    const { code, cookie } = await signIn(url, 'ada');
    const { body } = await withCode(url, code);
    const query = new URLSearchParams({ id_token_hint: String(body.id_token), post_logout_redirect_uri: page, state: 'bye' });
    const response = await get(`${url}/sign-out?${query}`);
    expect(sentTo(response)).toEqual({ at: page, parameters: { state: 'bye' } });
    expect(response.headers.get('set-cookie')).toMatch(/^issuer-\d+=; Path=\/; Max-Age=0/);
    expect((await withRefreshToken(url, body.refresh_token)).body.error).toBe('invalid_grant');
    expect(sentTo(await get(authorizeUrl(url, { prompt: 'none' }), { headers: { cookie } })).parameters.error).toBe('login_required');
  });

  it('takes an identity token that has expired, and no forged one', async () => {
    const { body } = await withCode(url, (await signIn(url, 'ada')).code);
    await issuer.clock.advance(301_000);
    const [header, , signature] = String(body.id_token).split('.');
    const forged = `${header}.${Buffer.from('{"sid":"x"}').toString('base64url')}.${signature}`;
    expect((await get(`${url}/sign-out?id_token_hint=${forged}`)).status).toBe(400);
    expect((await get(`${url}/sign-out?id_token_hint=${body.id_token}`)).status).toBe(200);
  });
});

describe('a token for a test', () => {
  it('needs no sign-in, has all scopes of the user and expires by the clock of the stage', async () => {
    expect(decodeJwt(await issuer.tokenFor('ada'))).toMatchObject({ sub: 'ada', scope: 'documents:write admin', aud: 'my-api', iss: url });
    expect(issuer.clock.now()).toBeGreaterThan(startMs);
  });

  it('can be wrong in what a test wants to see refused', async () => {
    const options = {
      scopes: ['admin'],
      expiresInSeconds: -60,
      audience: 'other-api',
      claims: { iss: 'https://elsewhere.example', jti: undefined },
    };
    const claims = decodeJwt(await issuer.tokenFor('ada', options));
    expect(claims).toEqual(expect.objectContaining({ scope: 'admin', aud: 'other-api', iss: 'https://elsewhere.example' }));
    expect(claims.exp).toBe((claims.iat ?? 0) - 60);
    expect(claims).not.toHaveProperty('jti');
  });

  it('can be had over HTTP by programs, and read by no page of another origin', async () => {
    const response = await get(`${url}/test-token?user=ada&scope=admin`);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(decodeJwt(await response.text())).toMatchObject({ sub: 'ada', scope: 'admin' });
    expect(await (await get(`${url}/test-token?user=bob`)).text()).toBe('got user=bob, expected one of ada, alan\n');
  });

  it('of nobody is refused with the names there are', async () => {
    await expect(issuer.tokenFor('bob')).rejects.toThrow('tokenFor: got the user "bob", expected one of ada, alan');
  });
});

describe('the keys', () => {
  const kids = async (): Promise<unknown[]> =>
    ((await (await get(`${url}/jwks`)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);

  it('rotate: the next one signs, the one before stays published until it is dropped', async () => {
    const [first] = await kids();
    await issuer.rotateKeys();
    const [second, previous] = await kids();
    expect([second === first, previous]).toEqual([false, first]);
    await issuer.rotateKeys({ keepPrevious: false });
    expect(await kids()).toEqual([expect.not.stringMatching(String(second))]);
  });

  it('are published without their private parts, for pages of any site', async () => {
    const response = await get(`${url}/jwks`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.text()).not.toContain('"d"');
  });
});

describe('the issuer', () => {
  it('describes itself', async () => {
    expect(await (await get(`${url}/.well-known/openid-configuration`)).json()).toMatchObject({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      end_session_endpoint: `${url}/sign-out`,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access', 'documents:write', 'admin'],
    });
  });

  it('answers 503 while it is broken down, and gives tests their tokens all the same', async () => {
    const repair = issuer.breakDown();
    expect((await get(`${url}/jwks`)).status).toBe(503);
    expect(await issuer.tokenFor('ada')).toMatch(/^ey/);
    repair();
    repair();
    expect((await get(`${url}/jwks`)).status).toBe(200);
  });

  it('answers to no name but this machine’s', async () => {
    const { send } = await import('../gateway/wire.test.fixture.js');
    expect((await send(url, { path: '/jwks', headers: { host: 'evil.example' } })).status).toBe(403);
  });
});
