/** `gw.ticket` over HTTP, `$connect` with one, and the two on tables that work as DynamoDB's: PROTOCOL.md P5.6 to P5.8. */

import { describe, expect, it } from 'vitest';
import { v1Json } from '../rest/rest.fixture.js';
import { createRestHandler } from '../rest/rest-handler.js';
import { createMemoryKeyTable } from '../topics/memory-key-table.fixture.js';
import { createSocketStage, lambda, messageEvent } from '../websocket/socket.fixture.js';
import { createSocketHandler } from '../websocket/socket-function.js';
import { ADA, createVerifying, NOW } from './fake-issuer.fixture.js';
import { createSignInStore } from './sign-in-store.js';
import { ticketHandlers } from './tickets.js';

const ID = 'L0SM9cOFvHcCIhw=';

/** The identity function and a socket function, on one table. */
function start(allowedOrigin = '*') {
  const { issuer, clock, log, tokens } = createVerifying();
  const table = createMemoryKeyTable(async () => {});
  const signIns = createSignInStore({ table, clock });
  let tickets = 0;
  const implementation = ticketHandlers({ signIns, clock, newTicket: () => `ticket-${++tickets}` });
  const never = () => Promise.reject(new Error('not used'));
  const rest = createRestHandler({
    implementation,
    clients: {},
    publish: never,
    connectionOf: never,
    tokens,
    allowedOrigin,
    now: clock.now,
    log,
  });
  const stage = createSocketStage(clock);
  const services = { has: () => false, invoke: never };
  const socket = createSocketHandler({ ...stage, services, tokens, signIns, allowedOrigin });
  const ask = async (token?: string) => {
    const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
    const { statusCode, body, headers: sent } = await rest(v1Json('/rpc/gw/ticket', '', { headers, multiValueHeaders: null }));
    return { statusCode, headers: sent, json: JSON.parse(body) };
  };
  const connect = async (query: Record<string, string> | null, headers: Record<string, string> = {}) => {
    const event = { ...messageEvent('', { eventType: 'CONNECT', routeKey: '$connect' }), queryStringParameters: query, headers };
    return (await socket(event, lambda)).statusCode;
  };
  return { ...stage, issuer, clock, table, signIns, ask, connect };
}

describe('P5.6 a ticket', () => {
  it('is given to a signed-in caller, for half a minute', async () => {
    const { issuer, ask } = start();
    const { statusCode, json, headers } = await ask(issuer.token());
    expect([statusCode, json]).toEqual([200, { result: { data: { ticket: 'ticket-1', expiresInMs: 30_000, signedInMs: 300_000 } } }]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is given to nobody else', async () => {
    const { issuer, clock, ask } = start();
    expect(await ask()).toMatchObject({
      statusCode: 401,
      headers: { 'www-authenticate': 'Bearer' },
      json: { error: { data: { code: 'UNAUTHORIZED' } } },
    });
    expect(await ask(issuer.token({ ...ADA, aud: 'billing' }))).toMatchObject({ statusCode: 401 });
    const late = issuer.token();
    clock.advance(300_000);
    expect((await ask(late)).json.error.message).toContain('the token has expired');
    const down = start();
    down.issuer.failure = new Error('down');
    expect(await down.ask(down.issuer.token())).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
  });

  it('P5.12 is not given to a sign-in that was revoked, and is to a later one', async () => {
    const { issuer, ask, signIns } = start();
    await signIns.revoke('ada', NOW * 1_000 + 1);
    const { statusCode, json } = await ask(issuer.token());
    expect([statusCode, json.error.message]).toEqual([401, '[UNAUTHORIZED] the sign-in was revoked; sign in again']);
    expect((await ask(issuer.token({ ...ADA, iat: NOW + 1 }))).statusCode).toBe(200);
  });

  it('is nowhere to be read in the table', async () => {
    const { issuer, ask, table } = start();
    const kept: unknown[] = [];
    const { put } = table;
    table.put = (row, condition) => {
      kept.push(row);
      return put(row, condition);
    };
    await ask(issuer.token());
    expect(kept).toMatchObject([{ pk: expect.stringMatching(/^K#[\w-]{43}$/), sk: '#', expiresAtMs: NOW * 1_000 + 30_000, ttl: NOW + 30 }]);
    expect(JSON.stringify(kept)).not.toContain('ticket-1');
  });
});

describe('P5.7 a connection', () => {
  it("is its owner's when it is opened with a ticket, until the token ends", async () => {
    const { issuer, ask, connect, connections } = start();
    const { ticket } = (await ask(issuer.token())).json.result.data;
    expect(await connect({ ticket })).toBe(200);
    expect((await connections.get(ID))?.user).toEqual({
      id: 'ada',
      claims: ADA,
      scopes: ['read', 'write'],
      issuedAtMs: NOW * 1_000,
      expiresAtMs: (NOW + 300) * 1_000,
    });
  });

  it('is not opened with a ticket that was used', async () => {
    const { issuer, ask, connect } = start();
    const { ticket } = (await ask(issuer.token())).json.result.data;
    expect(await Promise.all([connect({ ticket }), connect({ ticket })])).toEqual(expect.arrayContaining([200, 401]));
    expect(await connect({ ticket })).toBe(401);
  });

  it.each([
    ['was made up', 'ticket-9'],
    ['is empty', ''],
    ['is too long', 'x'.repeat(4_000)],
  ])('is not opened with a ticket that %s', async (_, ticket) => {
    const { connect, connections } = start();
    expect(await connect({ ticket })).toBe(401);
    expect(await connections.get(ID)).toBeUndefined();
  });

  it('is not opened with a ticket that is over, or whose token is', async () => {
    const { issuer, ask, connect, clock } = start();
    const first = (await ask(issuer.token())).json.result.data;
    clock.advance(30_000);
    expect(await connect({ ticket: first.ticket })).toBe(401);
    const second = (await ask(issuer.token({ ...ADA, exp: NOW + 40 }))).json.result.data;
    clock.advance(10_000);
    expect(await connect({ ticket: second.ticket })).toBe(401);
  });

  it('without a ticket is nobody’s', async () => {
    const { connect, connections } = start();
    expect(await connect(null)).toBe(200);
    expect((await connections.get(ID))?.user).toBeNull();
  });
});

describe('P5.8 a page', () => {
  const origins = 'https://app.example.com https://admin.example.com';

  it.each(['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null', ''])(
    'of the origin %j opens no connection',
    async (origin) => {
      const { connect, connections } = start(origins);
      expect(await connect(null, { Origin: origin })).toBe(403);
      expect(await connections.get(ID)).toBeUndefined();
    },
  );

  it('of an allowed origin does, and a program that has none', async () => {
    const { connect } = start(origins);
    expect(await connect(null, { origin: 'https://admin.example.com' })).toBe(200);
    expect(await connect(null)).toBe(200);
  });

  it('of any origin does where all are allowed', async () => {
    expect(await start('*').connect(null, { Origin: 'https://evil.example' })).toBe(200);
  });

  it('of a forbidden origin does not use a ticket up', async () => {
    const { issuer, ask, connect } = start(origins);
    const { ticket } = (await ask(issuer.token())).json.result.data;
    expect(await connect({ ticket }, { Origin: 'https://evil.example' })).toBe(403);
    expect(await connect({ ticket }, { Origin: 'https://app.example.com' })).toBe(200);
  });
});
