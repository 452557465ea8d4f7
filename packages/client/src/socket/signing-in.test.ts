import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthOptions, GatewayClientOptions } from '../options.js';
import { type MemoryPeer, memoryStage, methods, pushed, startedGw, synced } from './memory-socket.fixture.js';
import { failed, iterate, take } from './socket-client.fixture.js';

const stage = memoryStage();
beforeEach(async () => {
  await Promise.all([import('./signing-in.js'), import('../auth.js'), import('../http/trouble.js')]);
});

/** A token as far as a client looks at it: the subject, and a number that tells one from the other. */
const tokenOf = (sub: string, n: number) => `head.${btoa(JSON.stringify({ sub, n }))}.signature${n}`;
const ANN = [0, 1, 2, 3].map((n) => tokenOf('ann', n));

/** An application that has these tokens, one after the other as it is told to refresh them, and a server that gives tickets. */
function signedIn(tokens: readonly (string | null)[] = ANN, options: Partial<GatewayClientOptions> = {}) {
  const asked: boolean[] = [];
  const requests: string[] = [];
  const server = { signedInMs: 600_000, status: 200 };
  let at = 0;
  const auth: AuthOptions = {
    getToken({ forceRefresh }) {
      asked.push(forceRefresh);
      if (forceRefresh && at < tokens.length - 1) at += 1;
      return tokens[at] as string | null;
    },
  };
  const gateway = stage.client({
    auth,
    async fetch(url, { method }) {
      requests.push(`${method} ${url}`);
      const data = { ticket: `t${requests.length}`, expiresInMs: 30_000, signedInMs: server.signedInMs };
      return server.status === 200 ? Response.json({ result: { data } }) : new Response('{}', { status: server.status });
    },
    ...options,
  });
  const events = iterate(gateway.documents.changes.subscribe({}));
  // Whoever waits hears of the end.
  events.next().catch(() => {});
  return { gateway, events, asked, requests, server };
}

/** The newest socket, open, with its subscription started. */
async function following() {
  const peer = await stage.opened();
  await peer.sent();
  peer.send(startedGw(1, 'e1.10', 'e1.10'));
  return peer;
}

const authed = (id: number, expiresInMs: number | null) => JSON.stringify({ id, result: { type: 'data', data: { expiresInMs } } });
/** Lets time pass; the server answers every `gw.sync` and tells of every `gw.auth`. */
async function wait(peer: MemoryPeer, ms: number) {
  const auths: unknown[] = [];
  for (let leftMs = ms; leftMs > 0; leftMs -= 1_000) {
    await stage.pass(Math.min(leftMs, 1_000));
    for (const { id, method, params } of await peer.sent()) {
      if (method === 'gw.sync') peer.send(synced(params.n));
      else auths.push([id, method, (params as unknown as { readonly token: unknown }).token]);
    }
  }
  return auths;
}

describe('a connection that opens', () => {
  it('P5.7 brings a ticket that was asked for over HTTP, and tells users apart without naming them', async () => {
    const { requests } = signedIn();
    const { url } = await stage.opened();
    expect(requests).toEqual(['POST http://memory.test/rpc/gw/ticket']);
    expect(url).toMatch(/^ws:\/\/memory\.test\?gw=2&session=s\w+&user=\w+&ticket=t1$/);
  });

  it('P5.7 is anonymous when there is no token', async () => {
    const { requests } = signedIn([null]);
    const { url } = await stage.opened();
    expect([requests, url]).toEqual([[], expect.stringMatching(/^ws:\/\/memory\.test\?gw=2&session=s\w+$/)]);
  });

  it('P5.6 brings another ticket every time', async () => {
    const { requests } = signedIn();
    (await following()).close(1001);
    const { url } = await stage.opened();
    expect([requests.length, url.slice(-10)]).toEqual([2, '&ticket=t2']);
  });

  it('is tried again when the ticket is not to be had now, and ends what waits when it is refused', async () => {
    const { gateway, events, asked, server } = signedIn();
    server.status = 503;
    await stage.pass(0);
    expect([gateway.$connection.state.status, stage.peers]).toEqual(['offline', []]);
    server.status = 401;
    await stage.pass(60_000);
    await expect(events.next()).resolves.toMatchObject({ done: true });
    expect([gateway.$connection.state.status, asked.at(-1)]).toEqual(['closed', true]);
  });
});

describe('a sign-in that ends', () => {
  it('P5.9 is renewed 60 to 75 s before, in no state, and a gw.sync follows', async () => {
    const { gateway, asked } = signedIn();
    const peer = await following();
    const states: string[] = [];
    gateway.$connection.subscribe(({ status }) => states.push(status));
    expect(await wait(peer, 532_000)).toEqual([]);
    expect(await wait(peer, 1_000)).toEqual([[2, 'gw.auth', ANN[1]]]);
    expect(asked).toEqual([false, true]);
    peer.send(authed(2, 600_000));
    expect(await methods(peer)).toEqual(['gw.sync']);
    peer.send(synced(18));
    expect(await wait(peer, 533_000)).toEqual([[3, 'gw.auth', ANN[2]]]);
    expect(states).toEqual([]);
  });

  it('is renewed at its half when it is short', async () => {
    const { server } = signedIn();
    server.signedInMs = 80_000;
    const peer = await following();
    expect(await wait(peer, 39_000)).toEqual([]);
    expect(await wait(peer, 1_000)).toEqual([[2, 'gw.auth', ANN[1]]]);
  });

  it('is renewed again 10 s later when nobody answers, or not now', async () => {
    signedIn();
    const peer = await following();
    expect(await wait(peer, 533_000)).toEqual([[2, 'gw.auth', ANN[1]]]);
    expect(await wait(peer, 10_000)).toEqual([[3, 'gw.auth', ANN[2]]]);
    peer.send(failed(3, 'SERVICE_UNAVAILABLE', 503));
    expect(await wait(peer, 10_000)).toEqual([[4, 'gw.auth', ANN[3]]]);
    peer.send(authed(4, 600_000));
    expect(await wait(peer, 60_000)).toEqual([]);
  });

  it('P5.9 moves to another connection when the next token is another user’s', async () => {
    signedIn([ANN[0] as string, tokenOf('bob', 1)]);
    const peer = await following();
    await wait(peer, 533_000);
    peer.send(failed(2, 'FORBIDDEN', 403));
    const second = await stage.opened();
    expect(second.url).toMatch(/&ticket=t2$/);
    expect(/user=\w+/.exec(second.url)?.[0]).not.toBe(/user=\w+/.exec(peer.url)?.[0]);
    expect((await second.sent()).map(({ params }) => params.lastEventId)).toEqual(['e1.10']);
  });

  it('P5.9 signs out on the connection when there is no token any more', async () => {
    signedIn([ANN[0] as string, null]);
    const peer = await following();
    expect(await wait(peer, 533_000)).toEqual([[2, 'gw.auth', null]]);
    peer.send(authed(2, null));
    expect(await wait(peer, 3_600_000)).toEqual([]);
  });

  it('P5.11 comes back with a new ticket after gw.bye 4401 that allows it', async () => {
    const { gateway } = signedIn();
    const peer = await following();
    await wait(peer, 60_000);
    peer.send('{"id":null,"method":"gw.bye","params":{"code":4401,"why":"the sign-in is over","retry":true}}');
    expect(gateway.$connection.state.status).toBe('offline');
    expect((await stage.opened()).url).toMatch(/&ticket=t2$/);
  });

  it('leaves no timer and renews nothing when the connection is closed', async () => {
    const { gateway } = signedIn();
    await following();
    gateway.$close();
    expect(stage.clock.pending).toEqual([]);
  });

  it('shows no token in states and errors', async () => {
    const { gateway, events } = signedIn();
    const shown: unknown[] = [];
    gateway.$connection.subscribe((state) => shown.push(state));
    const peer = await following();
    await wait(peer, 533_000);
    peer.send('{"id":null,"method":"gw.bye","params":{"code":4401,"why":"the sessions were revoked","retry":false}}');
    await events.next().catch((error: Error) => shown.push(error.message, JSON.stringify(error)));
    expect(JSON.stringify(shown)).toContain('revoked');
    expect(JSON.stringify(shown)).not.toMatch(/signature|head\./);
  });
});

describe('without HTTP', () => {
  const url = 'wss://xyz.execute-api.eu-central-1.amazonaws.com/prod';

  it('P5.9 the token is the first message, and nothing else is sent before it is answered', async () => {
    const { gateway, requests } = signedIn(ANN, { url });
    const peer = await stage.opened();
    expect(peer.url).toMatch(/^wss:\/\/xyz\.execute-api\.eu-central-1\.amazonaws\.com\/prod\?gw=2&session=s\w+&user=\w+$/);
    expect(await peer.sent()).toEqual([{ id: 1, method: 'gw.auth', svc: 'gw', params: { token: ANN[0] } }]);
    expect(gateway.$connection.state.status).toBe('connecting');
    peer.send(authed(1, 600_000));
    expect(await methods(peer)).toEqual(['subscription']);
    peer.send(startedGw(2, 'e1.10', 'e1.10'));
    expect([gateway.$connection.state.status, requests]).toEqual(['live', []]);
    expect(await wait(peer, 533_000)).toEqual([[3, 'gw.auth', ANN[1]]]);
  });

  it('a token that is refused is refreshed once; then the end is UNAUTHORIZED', async () => {
    const { gateway, asked } = signedIn(ANN, { url });
    const peer = await stage.opened();
    await peer.sent();
    peer.send(failed(1, 'UNAUTHORIZED', 401));
    expect(await peer.sent()).toMatchObject([{ id: 2, params: { token: ANN[1] } }]);
    peer.send(failed(2, 'UNAUTHORIZED', 401));
    await stage.pass(60_000);
    expect([gateway.$connection.state, asked]).toEqual([{ status: 'closed', reason: 'it failed', code: 'UNAUTHORIZED' }, [false, true]]);
    expect(stage.peers).toHaveLength(1);
  });

  it('a connection on which gw.auth is not answered within 10 s is left', async () => {
    const { gateway } = signedIn(ANN, { url });
    const peer = await stage.opened();
    await peer.sent();
    await stage.pass(10_000);
    expect([peer.closedWith, gateway.$connection.state]).toMatchObject([1000, { status: 'connecting' }]);
  });
});

describe('events', () => {
  it('of a signed-in connection come as ever', async () => {
    const { gateway } = signedIn();
    const events = iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.opened();
    await peer.sent();
    peer.send(startedGw(1, 'e1.10', 'e1.10'), startedGw(2, 'e1.10', 'e1.10'), pushed('e1', 11));
    expect(await take(events, 1)).toEqual(['e1.11']);
  });
});
