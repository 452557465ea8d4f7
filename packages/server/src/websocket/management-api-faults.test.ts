/** What becomes of a frame when the peer, or what is in between, fails: on real sockets. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CREDENTIALS } from '../resources/dynalite.fixture.js';
import { createManualClock } from './clock.fixture.js';
import type { Clock } from './clock.js';
import { TEST_CERTIFICATE } from './management/certificate.fixture.js';
import { OK_ANSWER, type Peer, type PeerRequest, startPeer } from './management/peer.fixture.js';
import { createManagementApiSender } from './management-api-sender.js';

const ID = 'L0SM9cOFvHcCIhw=';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  onRequest: (request: PeerRequest, peer: Peer) => void,
  { secure = false, ca = TEST_CERTIFICATE, clock }: { secure?: boolean; ca?: string; clock?: Clock } = {},
) {
  const peer: Peer = await startPeer((request) => onRequest(request, peer), { secure });
  cleanups.push(peer.close);
  const options = { endpoint: peer.endpoint, region: 'eu-west-1', credentials: TEST_CREDENTIALS, ca };
  const sender = createManagementApiSender({ ...options, ...(clock ? { clock } : {}) });
  cleanups.push(sender.destroy);
  return { peer, sender };
}

const answer = (text: string) => (request: PeerRequest) => void request.socket.write(text);

/** Lets both ends see what is on the way between them. */
async function turns(until: () => boolean): Promise<void> {
  while (!until()) await new Promise(setImmediate);
}

/** Passes in steps of 100 ms, with what is on the way arriving in between. */
async function pass(clock: ReturnType<typeof createManualClock>, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    await turns(() => clock.sleepers === 1);
    clock.advance(100);
  }
}

/** Ends the connections of a peer that are idle, and waits until it is known here too. */
async function closeIdle(peer: Peer, sender: { readonly connections: number }): Promise<void> {
  const sockets = [...peer.sockets];
  for (const socket of sockets) socket.end();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  await turns(() => sender.connections === 0);
}

describe.each([false, true])('over TLS: %s', (secure) => {
  it('sends one frame after the other over one connection', async () => {
    const { peer, sender } = await start(answer(OK_ANSWER), { secure });
    for (let at = 0; at < 3; at++) expect(await sender.post(ID, `{"n":${at}}`)).toBe('sent');
    expect(peer.requests.map(({ body, connection }) => [body, connection])).toEqual([
      ['{"n":0}', 1],
      ['{"n":1}', 1],
      ['{"n":2}', 1],
    ]);
  });

  const count = secure ? 200 : 1_000;
  it(`sends ${count} frames at once over 64 connections at most, each once and each answered by its own`, async () => {
    const { peer, sender } = await start(
      ({ socket, body }) => socket.write(body.endsWith('7') ? 'HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n' : OK_ANSWER),
      { secure },
    );
    const outcomes = await Promise.all(Array.from({ length: count }, (_, at) => sender.post(ID, `${at}`)));
    expect(outcomes.every((outcome, at) => outcome === (`${at}`.endsWith('7') ? 'gone' : 'sent'))).toBe(true);
    expect(new Set(peer.requests.map(({ body }) => body)).size).toBe(count);
    expect(peer.requests).toHaveLength(count);
    expect(sender.connections).toBe(peer.connections);
    expect(peer.connections).toBeLessThanOrEqual(64);
  });

  it('opens a new connection after the peer closed the idle one, and the frame arrives once', async () => {
    const { peer, sender } = await start(answer(OK_ANSWER), { secure });
    await sender.post(ID, 'one');
    await closeIdle(peer, sender);
    expect(await sender.post(ID, 'two')).toBe('sent');
    expect(peer.requests.map(({ body, connection }) => [body, connection])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('reads an answer that comes byte by byte', async () => {
    const { sender } = await start(
      ({ socket }) => {
        const bytes = [...'HTTP/1.1 429 Too Many Requests\r\nx-amzn-errortype: LimitExceededException\r\ncontent-length: 2\r\n\r\n{}'];
        const next = () => {
          const byte = bytes.shift();
          if (byte !== undefined) socket.write(byte, () => setImmediate(next));
        };
        next();
      },
      { secure },
    );
    await expect(sender.post(ID, 'x')).rejects.toMatchObject({ kind: 'slow', status: 429 });
  });
});

describe('an answer', () => {
  it.each([
    ['429 Too Many Requests', 'slow', 429],
    ['413 Payload Too Large', 'too-large', 413],
    ['403 Forbidden', 'refused', 403],
    ['400 Bad Request', 'refused', 400],
    ['500 Internal Server Error', 'failed', 500],
    ['302 Found', 'failed', 302],
  ] as const)('%s is a failure of the kind %s, and its connection is used again', async (line, kind, status) => {
    const { peer, sender } = await start(answer(`HTTP/1.1 ${line}\r\ncontent-length: 17\r\n\r\n{"message":"why"}`));
    await expect(sender.post(ID, 'x')).rejects.toMatchObject({ kind, status, message: expect.stringContaining('"why"') });
    await expect(sender.close(ID)).rejects.toMatchObject({ kind, status });
    expect(peer.requests.map(({ line: sent, connection }) => [sent, connection])).toEqual([
      ['POST /prod/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1', 1],
      ['DELETE /prod/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1', 1],
    ]);
  });

  it('without a length ends with its connection, and the next frame has another', async () => {
    const { peer, sender } = await start(({ socket }) => socket.end('HTTP/1.1 410 Gone\r\n\r\ngone'));
    expect(await sender.post(ID, 'x')).toBe('gone');
    await turns(() => sender.connections === 0);
    expect(await sender.post(ID, 'y')).toBe('gone');
    expect(peer.connections).toBe(2);
  });

  it('that breaks off is a failure and no reason to send again: the frame was taken', async () => {
    const { peer, sender } = await start(({ socket, body }) => {
      if (body === 'first') socket.write(OK_ANSWER);
      else socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.resetAndDestroy());
    });
    await sender.post(ID, 'first');
    await expect(sender.post(ID, 'second')).rejects.toMatchObject({ kind: 'failed' });
    expect(peer.requests).toHaveLength(2);
  });

  it('that is no HTTP is a failure', async () => {
    const { sender } = await start(answer('SSH-2.0-OpenSSH_9.6\r\n'));
    await expect(sender.post(ID, 'x')).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining('expected HTTP/1.1') });
    expect(sender.connections).toBe(0);
  });

  it('that nobody asked for ends its connection', async () => {
    const { peer, sender } = await start(answer(OK_ANSWER));
    await sender.post(ID, 'x');
    for (const socket of peer.sockets) socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
    await turns(() => sender.connections === 0);
    expect(await sender.post(ID, 'y')).toBe('sent');
  });
});

describe('a connection that closes without an answer', () => {
  it('has its frame sent again over a new one, once, when it had been used before', async () => {
    const { peer, sender } = await start(({ socket, body, connection }) => {
      if (body === 'one' || connection > 1) socket.write(OK_ANSWER);
      else socket.resetAndDestroy();
    });
    await sender.post(ID, 'one');
    expect(await sender.post(ID, 'two')).toBe('sent');
    expect(peer.requests.map(({ body, connection }) => [body, connection])).toEqual([
      ['one', 1],
      ['two', 1],
      ['two', 2],
    ]);
  });

  it('is a failure when it was new', async () => {
    const { peer, sender } = await start(({ socket, body }) => (body === 'one' ? socket.write(OK_ANSWER) : socket.resetAndDestroy()));
    await expect(sender.post(ID, 'two')).rejects.toMatchObject({ kind: 'failed' });
    expect(peer.requests).toHaveLength(1);
    await sender.post(ID, 'one');
    await expect(sender.post(ID, 'two')).rejects.toMatchObject({ kind: 'failed' });
    expect(peer.requests.map(({ body }) => body)).toEqual(['two', 'one', 'two', 'two']);
  });
});

describe('time', () => {
  it('is 2 s for an answer; a late one is nobody else’s', async () => {
    const clock = createManualClock();
    const held: Socket[] = [];
    const { peer, sender } = await start(({ socket, body }) => (body === 'slow' ? held.push(socket) : socket.write(OK_ANSWER)), { clock });
    const slow = sender.post(ID, 'slow').catch((cause: unknown) => cause);
    await turns(() => held.length === 1);
    await pass(clock, 2_000);
    expect(await slow).toMatchObject({ kind: 'timeout' });
    held[0]?.write('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n');
    expect(await sender.post(ID, 'next')).toBe('sent');
    expect(peer.connections).toBe(2);
    expect(clock.sleepers).toBe(0);
  });

  it('that a frozen process did not run is not the peer’s', async () => {
    const clock = createManualClock();
    const held: Socket[] = [];
    const { sender } = await start(({ socket }) => held.push(socket), { clock });
    const post = sender.post(ID, 'x');
    await turns(() => held.length === 1);
    clock.advance(3_600_000);
    await turns(() => clock.sleepers === 1);
    held[0]?.write(OK_ANSWER);
    expect(await post).toBe('sent');
  });

  it('is 1 s for a connection', async () => {
    const clock = createManualClock();
    const { sender } = await start(() => {}, { clock });
    // An endpoint of TLS that gets no TLS never opens.
    const plain = await startPeer(() => {});
    cleanups.push(plain.close);
    const options = { endpoint: plain.endpoint.replace('http:', 'https:'), region: 'eu-west-1', credentials: TEST_CREDENTIALS, clock };
    const deaf = createManagementApiSender(options);
    cleanups.push(deaf.destroy);
    const post = deaf.post(ID, 'x').catch((cause: unknown) => cause);
    await pass(clock, 1_000);
    expect(await post).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('1000 ms') });
    expect(sender.connections + deaf.connections).toBe(0);
  });
});

describe('an endpoint that cannot be reached', () => {
  it('is said to be: nobody listens', async () => {
    const { peer, sender } = await start(() => {});
    await peer.close();
    cleanups.splice(0, 1);
    await expect(sender.post(ID, 'x')).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('fails all who wait, not one after the other', async () => {
    const clock = createManualClock();
    const plain = await startPeer(() => {});
    cleanups.push(plain.close);
    const endpoint = plain.endpoint.replace('http:', 'https:');
    const sender = createManagementApiSender({ endpoint, region: 'eu-west-1', credentials: TEST_CREDENTIALS, clock });
    cleanups.push(sender.destroy);
    const posts = Array.from({ length: 64 }, () => sender.post(ID, 'x').catch((cause: unknown) => cause));
    await pass(clock, 1_000);
    for (const outcome of await Promise.all(posts)) expect(outcome).toMatchObject({ kind: 'unreachable' });
    expect(plain.connections).toBe(8);
  });

  it('is left alone by a sender that is destroyed while it opens connections', async () => {
    const { peer, sender } = await start(answer(OK_ANSWER));
    const posts = Array.from({ length: 100 }, () => sender.post(ID, 'x').catch((cause: unknown) => cause));
    sender.destroy();
    for (const outcome of await Promise.all(posts)) expect(outcome).toMatchObject({ kind: 'unreachable' });
    expect(peer.requests).toEqual([]);
  });

  it('is said to be: its certificate is not trusted', async () => {
    const peer = await startPeer(answer(OK_ANSWER), { secure: true });
    cleanups.push(peer.close);
    const sender = createManagementApiSender({ endpoint: peer.endpoint, region: 'eu-west-1', credentials: TEST_CREDENTIALS });
    cleanups.push(sender.destroy);
    await expect(sender.post(ID, 'x')).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('certificate') });
    expect(peer.requests).toEqual([]);
  });

  it('is not asked for an id that leads elsewhere', async () => {
    const { peer, sender } = await start(answer(OK_ANSWER));
    await expect(sender.post('..', 'x')).rejects.toMatchObject({ kind: 'refused' });
    expect(peer.connections).toBe(0);
  });
});

it('ends everything when it is destroyed: what is under way, what waits, and what comes later', async () => {
  const { peer, sender } = await start(() => {});
  const posts = Array.from({ length: 100 }, (_, at) => sender.post(ID, `${at}`).catch((cause: unknown) => cause));
  await turns(() => peer.requests.length === 64);
  sender.destroy();
  for (const outcome of await Promise.all(posts)) expect(outcome).toMatchObject({ kind: 'unreachable' });
  await expect(sender.post(ID, 'later')).rejects.toMatchObject({ kind: 'unreachable' });
  expect(sender.connections).toBe(0);
  expect(peer.requests).toHaveLength(64);
});
