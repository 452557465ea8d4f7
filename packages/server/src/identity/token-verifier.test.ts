/** Which tokens are believed: PROTOCOL.md P5.1. Every forgery is of a token that would do. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ADA, createVerifying, encoded, NOW, SETTINGS, signedWithSecret, unsigned } from './fake-issuer.fixture.js';

const { issuer, tokens, judged } = createVerifying();

describe('P5.1 a token', () => {
  it('that the issuer signed tells whose it is, what it allows, and from when to when', async () => {
    expect(await tokens.verify(issuer.token())).toEqual({
      id: 'ada',
      claims: ADA,
      scopes: ['read', 'write'],
      issuedAtMs: 1_714_564_800_000,
      expiresAtMs: 1_714_565_100_000,
    });
  });

  it.each([
    ['has expired', { ...ADA, exp: NOW - 30 }, 'it expired at 2024-05-01T11:59:30.000Z; get a new one'],
    ['has no end', { ...ADA, exp: undefined }, 'it has no end (exp)'],
    ['is not valid yet', { ...ADA, nbf: NOW + 31 }, 'it is not valid before 2024-05-01T12:00:31.000Z'],
    [
      'is of another issuer',
      { ...ADA, iss: 'https://login.example.com.evil.example' },
      'its issuer is "https://login.example.com.evil.example"',
    ],
    ['is of no issuer', { ...ADA, iss: undefined }, 'its issuer is (none)'],
    ['is for another audience', { ...ADA, aud: 'billing' }, 'it is for "billing", expected gateway'],
    ['is for other audiences', { ...ADA, aud: ['billing', 'gateway2'] }, 'it is for "billing", "gateway2", expected gateway'],
    ['is for no audience', { ...ADA, aud: [] }, 'it is for nobody'],
    ['has another audience although its client is known', { ...ADA, aud: 'billing', client_id: 'gateway' }, 'it is for "billing"'],
    ['names no user', { ...ADA, sub: undefined }, 'it names no user (sub)'],
    ['names a user of 256 characters', { ...ADA, sub: 'a'.repeat(256) }, 'it names no user (sub)'],
  ])('that %s is UNAUTHORIZED, and says why', async (_, claims, why) => {
    expect(await judged(issuer.token(claims))).toContain(`UNAUTHORIZED: [UNAUTHORIZED] the token is refused: ${why}`);
  });

  it('may be 30 s early or late, or as far as the settings say', async () => {
    expect(await judged(issuer.token({ ...ADA, exp: NOW - 29, nbf: NOW + 30 }))).toBe('ada');
    const strict = createVerifying({ ...SETTINGS, clockToleranceSeconds: 0 });
    expect(await strict.judged(strict.issuer.token({ ...ADA, exp: NOW }))).toContain('it expired');
    expect(await strict.judged(strict.issuer.token({ ...ADA, exp: NOW + 1 }))).toBe('ada');
  });

  it('is judged by the clock of the function, however often it did before', async () => {
    const { issuer: other, judged: judge, clock: time } = createVerifying();
    const token = other.token();
    expect(await judge(token)).toBe('ada');
    time.advance(329_999);
    expect(await judge(token)).toBe('ada');
    time.advance(1);
    expect(await judge(token)).toContain('it expired at 2024-05-01T12:05:00.000Z');
  });

  it('of Cognito has its client where others have an audience', async () => {
    expect(await judged(issuer.token({ ...ADA, aud: undefined, client_id: 'gateway' }))).toBe('ada');
    expect(await judged(issuer.token({ ...ADA, aud: undefined, client_id: 'other' }))).toContain('it is for "other"');
  });

  it('needs one of several audiences', async () => {
    const several = createVerifying({ ...SETTINGS, audience: ['web', 'gateway'] });
    expect(await several.judged(several.issuer.token({ ...ADA, aud: ['x', 'web'] }))).toBe('ada');
    expect(await several.judged(several.issuer.token({ ...ADA, aud: 'mobile' }))).toContain('expected web or gateway');
  });

  it('has its scopes where the settings say, as text or list', async () => {
    const { issuer: other, tokens: verifier } = createVerifying({ ...SETTINGS, scopeClaim: 'permissions' });
    expect((await verifier.verify(other.token({ ...ADA, permissions: ['a:b', 5, 'c'] }))).scopes).toEqual(['a:b', 'c']);
    expect((await verifier.verify(other.token({ ...ADA, permissions: 'a  b' }))).scopes).toEqual(['a', 'b']);
    expect((await verifier.verify(other.token())).scopes).toEqual([]);
  });
});

describe('P5.1 a forged token', () => {
  const good = issuer.token();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const pem = issuer.publicKey().export({ type: 'spki', format: 'pem' }) as string;
  const jwk = JSON.stringify(issuer.publicKey().export({ format: 'jwk' }));
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const signedBy = (head: object, claims: object) => {
    const input = `${encoded(head)}.${encoded(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: other, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const refusals: readonly (readonly [string, string, string])[] = [
    ['without an algorithm', unsigned(ADA), 'it is no JSON Web Token'],
    [
      'with the algorithm "none" and a signature',
      `${encoded({ alg: 'none', kid: 'k1' })}.${payload}.${signature}`,
      'its algorithm is "none"',
    ],
    ['with the algorithm "None"', `${encoded({ alg: 'None', kid: 'k1' })}.${payload}.${signature}`, 'its algorithm is "None"'],
    ['signed with the public key as a secret (PEM)', signedWithSecret(ADA, pem), 'its algorithm is "HS256"'],
    ['signed with the public key as a secret (JWK)', signedWithSecret(ADA, jwk), 'its algorithm is "HS256"'],
    [
      'signed with a secret and the name of a real algorithm',
      signedWithSecret(ADA, pem, { alg: 'ES256', kid: 'k1' }),
      'its signature does not fit',
    ],
    ['of another algorithm than its key', signedWithSecret(ADA, pem, { alg: 'RS256', kid: 'k1' }), 'its algorithm is not that of its key'],
    ['with other claims', `${header}.${encoded({ ...ADA, sub: 'root' })}.${signature}`, 'its signature does not fit'],
    ['signed by another key under the name of a real one', signedBy({ alg: 'ES256', kid: 'k1' }, ADA), 'its signature does not fit'],
    [
      'that brings its own key',
      signedBy({ alg: 'ES256', kid: 'k1', jwk: other.export({ format: 'jwk' }) }, ADA),
      'its signature does not fit',
    ],
    [
      'that says where its key is',
      signedBy({ alg: 'ES256', kid: 'k9', jku: 'https://evil.example/keys' }, ADA),
      'its issuer has no key "k9"',
    ],
    ['without a signature', `${header}.${payload}.`, 'it is no JSON Web Token'],
    ['with the signature of nothing', `${header}.${payload}.AA`, 'its signature does not fit'],
    ['of two parts', `${header}.${payload}`, 'it is no JSON Web Token'],
    ['that is encrypted', `${header}.${payload}.${signature}.a.b`, 'it is no JSON Web Token'],
    ['of no JSON', `${Buffer.from('{').toString('base64url')}.${payload}.${signature}`, 'it is no JSON Web Token'],
    [
      'of nothing but brackets',
      `${header}.${Buffer.from('['.repeat(9_000)).toString('base64url')}.${signature}`,
      'it is no JSON Web Token',
    ],
    ['of 20,000 characters', `${header}.${payload}.${'A'.repeat(20_000)}`, 'expected at most 16384'],
    ['that is empty', '', 'it is no JSON Web Token'],
  ];

  it.each(refusals)('%s is UNAUTHORIZED', async (_, token, why) => {
    const said = await judged(token);
    expect(said).toMatch(/^UNAUTHORIZED: /);
    expect(said).toContain(why);
    for (const part of token.split('.').filter((text) => text.length > 8)) expect(said).not.toContain(part);
  });

  it('is refused when the settings allow only another algorithm', async () => {
    const rs = createVerifying({ ...SETTINGS, algorithms: ['RS256'] });
    expect(await rs.judged(rs.issuer.token())).toContain('its algorithm is "ES256", expected RS256');
    rs.issuer.addKey('k2', 'RS256');
    expect(await rs.judged(rs.issuer.token(ADA, { kid: 'k2' }))).toBe('ada');
    const rsa = rs.issuer.publicKey('k2').export({ type: 'spki', format: 'pem' }) as string;
    expect(await rs.judged(signedWithSecret(ADA, rsa, { alg: 'RS256', kid: 'k2' }))).toContain('its signature does not fit');
    expect(await rs.judged(signedWithSecret(ADA, rsa, { alg: 'HS256', kid: 'k2' }))).toContain('its algorithm is "HS256", expected RS256');
  });

  it('of another issuer costs the issuer no question', async () => {
    const fresh = createVerifying();
    await fresh.judged(fresh.issuer.token({ ...ADA, iss: 'https://evil.example' }));
    await fresh.judged(unsigned(ADA));
    expect(fresh.issuer.asked).toEqual([]);
  });
});
