/** The keys of an issuer: PROTOCOL.md P5.2. */

import { describe, expect, it } from 'vitest';
import { ADA, createVerifying, ISSUER, NOW, SETTINGS } from './fake-issuer.fixture.js';

const HOUR_MS = 3_600_000;
/** A token that outlives every test. */
const LONG = { ...ADA, exp: NOW + 1_000_000 };

describe('P5.2 the keys of the issuer', () => {
  it('are found by its configuration, and asked for once', async () => {
    const { issuer, judged } = createVerifying();
    expect(await Promise.all([judged(issuer.token()), judged(issuer.token()), judged(issuer.token())])).toEqual(['ada', 'ada', 'ada']);
    expect(await judged(issuer.token())).toBe('ada');
    expect(issuer.asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]);
  });

  it('are where the settings say, if they do', async () => {
    const { issuer, judged } = createVerifying({ ...SETTINGS, jwksUri: `${ISSUER}/.well-known/jwks.json` });
    expect(await judged(issuer.token())).toBe('ada');
    expect(issuer.asked).toEqual([`${ISSUER}/.well-known/jwks.json`]);
  });

  it('may change: one that is not known is asked for, at most every ten seconds', async () => {
    const { issuer, judged, clock } = createVerifying();
    expect(await judged(issuer.token())).toBe('ada');
    issuer.addKey('k2');
    expect(await judged(issuer.token(ADA, { kid: 'k2' }))).toContain(
      'UNAUTHORIZED: [UNAUTHORIZED] the token is refused: its issuer has no key "k2"',
    );
    expect(issuer.asked).toHaveLength(2);
    clock.advance(10_000);
    expect(await judged(issuer.token(ADA, { kid: 'k2' }))).toBe('ada');
    expect(issuer.asked).toHaveLength(4);
    clock.advance(10_000);
    for (const name of ['x1', 'x2', 'x3']) await judged(issuer.token(ADA, { header: { kid: name } }));
    expect(issuer.asked).toHaveLength(6);
  });

  it('that are withdrawn are believed for an hour at most', async () => {
    const { issuer, judged, clock } = createVerifying();
    const token = issuer.token(LONG);
    expect(await judged(token)).toBe('ada');
    issuer.addKey('k2');
    issuer.dropKey('k1');
    clock.advance(HOUR_MS - 1);
    expect(await judged(token)).toBe('ada');
    clock.advance(1);
    expect(await judged(token)).toContain('its issuer has no key "k1"');
  });

  it('that nobody can read now make no token good: SERVICE_UNAVAILABLE, and asked for again a second later', async () => {
    const { issuer, judged, clock, logLines } = createVerifying();
    issuer.failure = new Error('connect ECONNREFUSED');
    const token = issuer.token();
    expect(await judged(token)).toBe('SERVICE_UNAVAILABLE: [SERVICE_UNAVAILABLE] tokens cannot be checked now; try again');
    issuer.failure = undefined;
    expect(await judged(token)).toContain('SERVICE_UNAVAILABLE');
    expect(issuer.asked).toHaveLength(1);
    clock.advance(1_000);
    expect(await judged(token)).toBe('ada');
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', issuer: ISSUER, cause: { message: 'connect ECONNREFUSED' } },
    ]);
  });

  it('are good for a day while the issuer is down, and then no more', async () => {
    const { issuer, judged, clock } = createVerifying();
    const token = issuer.token(LONG);
    expect(await judged(token)).toBe('ada');
    issuer.failure = new Error('down');
    clock.advance(24 * HOUR_MS - 1);
    expect(await judged(token)).toBe('ada');
    expect(await judged(issuer.token(LONG, { header: { kid: 'k2' } }))).toContain('SERVICE_UNAVAILABLE');
    clock.advance(1_001);
    expect(await judged(token)).toContain('SERVICE_UNAVAILABLE');
  });

  it('that are good are asked for once a minute while the issuer is down: who calls waits for that', async () => {
    const { issuer, judged, clock } = createVerifying();
    const token = issuer.token(LONG);
    await judged(token);
    issuer.failure = new Error('down');
    clock.advance(HOUR_MS);
    expect([await judged(token), await judged(token), issuer.asked.length]).toEqual(['ada', 'ada', 3]);
    clock.advance(59_999);
    expect([await judged(token), issuer.asked.length]).toEqual(['ada', 3]);
    clock.advance(1);
    expect([await judged(token), issuer.asked.length]).toEqual(['ada', 4]);
  });

  it.each([
    ['of another issuer', { issuer: 'https://evil.example', jwks_uri: 'https://evil.example/keys' }],
    ['that point to plain http', { issuer: ISSUER, jwks_uri: 'http://login.example.com/keys' }],
    ['that are none', { keys: 5 }],
  ])('are not taken from documents %s', async (_, document) => {
    // Its keys would do.
    const lying = createVerifying(SETTINGS, async (url, options) =>
      url.endsWith('-configuration') ? document : lying.issuer.fetchJson(url, options),
    );
    expect(await lying.judged(lying.issuer.token())).toContain('SERVICE_UNAVAILABLE');
    expect(lying.issuer.asked).toEqual([]);
  });

  it('need no name while there is one alone', async () => {
    const { issuer, judged, clock } = createVerifying();
    expect(await judged(issuer.token(ADA, { header: { kid: undefined } }))).toBe('ada');
    issuer.addKey('k2');
    clock.advance(10_000);
    await judged(issuer.token(ADA, { kid: 'k2' }));
    expect(await judged(issuer.token(ADA, { header: { kid: undefined } }))).toContain('its issuer has no key (none)');
  });
});
