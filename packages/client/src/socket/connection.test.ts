import { describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import type { GatewayClient } from '../client-types.js';
import type { ConnectionState } from '../connection-state.js';
import { fakeClock } from '../fake-clock.fixture.js';
import { event, iterate, nextFrame, socketStage, started, take } from './socket-client.fixture.js';
import type { WebSocketLike } from './web-socket.js';

const stage = socketStage();

/** A browser's WebSocket as far as its interface goes: no terminate, no event emitter. */
class BrowserLikeWebSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onclose: WebSocketLike['onclose'] = null;
  onerror: WebSocketLike['onerror'] = null;
  readonly #socket: NodeWebSocket;

  constructor(url: string) {
    this.#socket = new NodeWebSocket(url);
    this.#socket.onopen = (opened) => this.onopen?.(opened);
    this.#socket.onmessage = (message) => this.onmessage?.(message);
    this.#socket.onclose = (closed) => this.onclose?.(closed);
    this.#socket.onerror = (broken) => this.onerror?.(broken);
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(code?: number): void {
    this.#socket.close(code);
  }
}

describe('reconnecting', () => {
  it.each([
    ['the ws package', undefined],
    ['a browser-like WebSocket', BrowserLikeWebSocket],
  ])('goes on after the last event on a new connection, with %s', async (_name, WebSocket) => {
    let starts = 0;
    const gateway = stage.client({ WebSocket });
    const events = iterate(gateway.documents.changes.subscribe({ folder: 'inbox' }, { onStarted: () => (starts += 1) }));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1), event(1, 'e1.1'), event(1, 'e1.2'));
    expect(await take(events, 2)).toEqual(['e1.1', 'e1.2']);
    first.close(1001);
    const second = await stage.server.peer();
    expect(await nextFrame(second)).toMatchObject({ id: 1, params: { input: { folder: 'inbox' }, lastEventId: 'e1.2' } });
    second.send(started(1), event(1, 'e1.2'), event(1, 'e1.3'));
    expect(await take(events, 1)).toEqual(['e1.3']);
    expect(starts).toBe(2);
  });

  it('resumes from its own lastEventId when the connection broke before any event', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.41' }));
    const first = await stage.server.peer();
    await first.next();
    first.reset();
    const second = await stage.server.peer();
    expect((await nextFrame(second)).params.lastEventId).toBe('e1.41');
    second.send(event(1, 'e1.42'));
    expect(await take(events, 1)).toEqual(['e1.42']);
  });

  it('tries with full jitter under 500 ms · 2^n and the cap (P3.14)', async () => {
    const clock = fakeClock();
    const waits: number[] = [];
    const gateway = stage.client({ clock, random: () => 0.5, maxRetryDelayMs: 1_500 });
    gateway.$connection.subscribe((state) => state.status === 'offline' && waits.push(state.retryInMs));
    stage.server.refuse(5);
    const events = iterate(gateway.documents.changes.subscribe({}));
    for (const delayMs of [250, 500, 750, 750, 750]) {
      await clock.timer(delayMs);
      clock.advance(delayMs);
    }
    const peer = await stage.server.peer();
    expect(waits).toEqual([250, 500, 750, 750, 750]);
    peer.send(event(1, 'e1.1'));
    expect(await take(events, 1)).toEqual(['e1.1']);
  });

  it('tries at once again after a connection that lasted, and not after one that did not', async () => {
    const clock = fakeClock();
    const waits: number[] = [];
    const gateway = stage.client({ clock, random: () => 0.5 });
    gateway.$connection.subscribe((state) => state.status === 'offline' && waits.push(state.retryInMs));
    iterate(gateway.documents.changes.subscribe({}));
    for (const [lastedMs, delayMs] of [
      [0, 0],
      [29_999, 500],
      [30_000, 0],
    ] as const) {
      const peer = await stage.server.peer();
      await peer.next();
      clock.advance(lastedMs);
      peer.close(1012);
      await clock.timer(delayMs);
      clock.advance(delayMs);
    }
    await (await stage.server.peer()).next();
    expect(waits).toEqual([0, 500, 0]);
  });

  it('abandons an attempt that does not open within 10 s', async () => {
    const clock = fakeClock();
    let attempts = 0;
    const gateway = stage.client({
      clock,
      random: () => 0,
      socketUrl: () => {
        attempts += 1;
        return attempts === 1 ? new Promise<string>(() => {}) : stage.server.url.replace('http', 'ws');
      },
    });
    const reasons: string[] = [];
    gateway.$connection.subscribe((state) => state.status === 'offline' && reasons.push(state.reason));
    iterate(gateway.documents.changes.subscribe({}));
    await clock.timer(10_000);
    clock.advance(10_000);
    expect(reasons).toEqual(['no connection']);
    clock.advance(0);
    await (await stage.server.peer()).next();
  });

  it('asks socketUrl again before every attempt, and takes its failure for a failed attempt', async () => {
    let attempts = 0;
    const gateway = stage.client({
      socketUrl: async () => {
        attempts += 1;
        if (attempts === 2) throw new Error('no ticket');
        return `${stage.server.url.replace('http', 'ws')}?ticket=${attempts}`;
      },
      random: () => 0,
    });
    const reasons: string[] = [];
    gateway.$connection.subscribe((state) => state.status === 'offline' && reasons.push(state.reason));
    iterate(gateway.documents.changes.subscribe({}));
    const first = await stage.server.peer();
    expect(first.url).toBe('/prod?ticket=1&gw=2&session=s00');
    await first.next();
    first.reset();
    expect((await stage.server.peer()).url).toBe('/prod?ticket=3&gw=2&session=s00');
    expect(reasons).toEqual(['closed with 1006', 'no ticket']);
  });
});

describe('an attempt that fails', () => {
  it('may do so without a reason', async () => {
    let attempts = 0;
    const gateway = stage.client({
      socketUrl: () => {
        attempts += 1;
        return attempts === 1 ? Promise.reject() : stage.server.url.replace('http', 'ws');
      },
    });
    iterate(gateway.documents.changes.subscribe({}));
    await (await stage.server.peer()).next();
    expect(attempts).toBe(2);
  });

  it('is followed by another also where only an error event tells of it, as on Node 22', async () => {
    let attempts = 0;
    class RefusedOnceWebSocket extends BrowserLikeWebSocket {
      constructor(url: string) {
        super(url);
        attempts += 1;
        if (attempts === 1) queueMicrotask(() => this.onerror?.({}));
      }
    }
    const gateway = stage.client({ WebSocket: RefusedOnceWebSocket });
    const reasons: string[] = [];
    gateway.$connection.subscribe((state) => state.status === 'offline' && reasons.push(state.reason));
    stage.server.refuse(1);
    iterate(gateway.documents.changes.subscribe({}));
    await (await stage.server.peer()).next();
    expect([attempts, reasons]).toEqual([2, ['closed with 1006']]);
  });

  it('and was given up stays so when its address arrives late', async () => {
    const clock = fakeClock();
    let arrive = (_url: string) => {};
    let made: WebSocketLike | undefined;
    let gateway: GatewayClient | undefined;
    const isClosed = new Promise<void>((close) => {
      class LateWebSocket implements WebSocketLike {
        onopen: WebSocketLike['onopen'] = null;
        onmessage: WebSocketLike['onmessage'] = null;
        onclose: WebSocketLike['onclose'] = null;
        onerror: WebSocketLike['onerror'] = null;
        constructor() {
          made = this;
        }
        send(): void {}
        close(): void {
          close();
        }
      }
      const socketUrl = () =>
        new Promise<string>((resolve) => {
          arrive = resolve;
        });
      gateway = stage.client({ clock, WebSocket: LateWebSocket, socketUrl });
      iterate(gateway.documents.changes.subscribe({}));
    });
    await clock.timer(10_000);
    gateway?.$close();
    arrive('wss://example.com');
    await isClosed;
    expect([made?.onopen, made?.onmessage]).toEqual([null, null]);
    expect(clock.pending).toEqual([]);
  });
});

describe('a dead peer', () => {
  it('that is a stock server is noticed by two PINGs without PONG, and left at once', async () => {
    const clock = fakeClock();
    const events = iterate(stage.client({ clock }).documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1), event(1, 'e1.1'));
    expect(await take(events, 1)).toEqual(['e1.1']);
    first.freeze();
    clock.advance(30_000);
    clock.advance(10_000);
    clock.advance(0);
    const second = await stage.server.peer();
    expect((await nextFrame(second)).params.lastEventId).toBe('e1.1');
    second.send(event(1, 'e1.2'));
    expect(await take(events, 1)).toEqual(['e1.2']);
  });

  it('is not a stock server that answers: PINGs go on, every 30 s', async () => {
    const clock = fakeClock();
    let events: AsyncIterator<unknown, undefined> | undefined;
    const isStarted = new Promise<void>((onStarted) => {
      events = iterate(stage.client({ clock }).documents.changes.subscribe({}, { onStarted }));
    });
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(started(1));
    await isStarted;
    for (let round = 0; round < 3; round += 1) {
      await clock.timer(30_000);
      clock.advance(30_000);
      expect(await peer.next()).toBe('PING');
      peer.send('PONG');
    }
    await events?.return?.();
  });

  it('asks itself: a PING of the server is answered PONG (P3.4)', async () => {
    iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send('PING');
    expect(await peer.next()).toBe('PONG');
  });

  it('is suspected when the network comes back and nothing was heard for 10 s', async () => {
    const clock = fakeClock();
    const network = new EventTarget();
    iterate(stage.client({ clock, page: network }).documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    clock.advance(10_001);
    network.dispatchEvent(new Event('online'));
    expect(await nextFrame(peer)).toMatchObject({ method: 'gw.sync', svc: 'gw', params: { n: 1, c: [] } });
  });
});

describe('the network', () => {
  it('going away ends the connection, and coming back opens one without waiting', async () => {
    const clock = fakeClock();
    const network = new EventTarget();
    const gateway = stage.client({ page: network, clock, random: () => 0.9 });
    const events = iterate(gateway.documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(event(1, 'e1.1'));
    expect(await take(events, 1)).toEqual(['e1.1']);
    network.dispatchEvent(new Event('offline'));
    expect(gateway.$connection.state).toEqual({ status: 'offline', attempt: 1, retryInMs: Number.POSITIVE_INFINITY, reason: 'offline' });
    expect(await first.closed).toBe(1000);
    expect(clock.pending).toEqual([]);
    network.dispatchEvent(new Event('online'));
    expect((await nextFrame(await stage.server.peer())).params.lastEventId).toBe('e1.1');
  });

  it('coming back gives up an attempt that began without it, and makes another at once', async () => {
    const clock = fakeClock();
    const network = new EventTarget();
    let attempts = 0;
    const gateway = stage.client({
      page: network,
      clock,
      socketUrl: () => {
        attempts += 1;
        return attempts === 1 ? new Promise<string>(() => {}) : stage.server.url.replace('http', 'ws');
      },
    });
    const waits: ConnectionState[] = [];
    gateway.$connection.subscribe((state) => state.status === 'offline' && waits.push(state));
    iterate(gateway.documents.changes.subscribe({}));
    await clock.timer(10_000);
    network.dispatchEvent(new Event('online'));
    await (await stage.server.peer()).next();
    expect([attempts, waits]).toEqual([2, []]);
  });

  it('is not listened to by a client that needs no connection', async () => {
    const clock = fakeClock();
    const network = new EventTarget();
    const gateway = stage.client({ page: network, clock });
    const events = iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    await events.return?.();
    clock.advance(1_000);
    network.dispatchEvent(new Event('online'));
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
    expect(await peer.closed).toBe(1000);
  });
});

describe('the state of the connection', () => {
  it('tells every change', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock });
    const states: ConnectionState[] = [gateway.$connection.state];
    const unsubscribe = gateway.$connection.subscribe((state) => states.push(state));
    const events = iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    peer.close(1001);
    await clock.timer(0);
    clock.advance(0);
    const second = await stage.server.peer();
    await second.next();
    second.send(started(1, 'e1.4'), event(1, 'e1.5'));
    await take(events, 1);
    await events.return?.();
    clock.advance(1_000);
    gateway.$close();
    unsubscribe();
    expect(states).toEqual([
      { status: 'idle' },
      { status: 'connecting', attempt: 1 },
      { status: 'catching-up' },
      { status: 'offline', attempt: 2, retryInMs: 0, reason: 'closed with 1001' },
      { status: 'connecting', attempt: 2 },
      { status: 'catching-up' },
      { status: 'live' },
      { status: 'idle' },
      { status: 'closed', reason: 'closed by the client' },
    ]);
  });

  it('stays open over the next subscription within the linger', async () => {
    const gateway = stage.client();
    const first = iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    await first.return?.();
    iterate(gateway.documents.changes.subscribe({}));
    expect((await nextFrame(peer)).method).toBe('subscription.stop');
    expect(await nextFrame(peer)).toMatchObject({ id: 2, method: 'subscription' });
  });
});

describe('$close', () => {
  it('ends loops without an error, fails calls, and closes the socket', async () => {
    const gateway = stage.client();
    const loop = iterate(gateway.documents.changes.subscribe({})).next();
    const call = gateway.documents.folders.query(undefined, { over: 'socket' });
    const peer = await stage.server.peer();
    await peer.next();
    gateway.$close();
    expect(await loop).toEqual({ done: true, value: undefined });
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    expect(await peer.closed).toBe(1000);
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason: 'closed by the client' });
  });

  it('is for good: later loops are empty and later calls fail', async () => {
    const gateway = stage.client();
    gateway.$close();
    expect(await take(iterate(gateway.documents.changes.subscribe({})), 1)).toEqual([]);
    await expect(gateway.documents.folders.query(undefined, { over: 'socket' })).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason: 'closed by the client' });
  });

  it('does not concern calls over HTTP', async () => {
    stage.server.answer(() => ({ body: '{"result":{"data":{"folders":[]}}}' }));
    const gateway = stage.client();
    gateway.$close();
    expect(await gateway.documents.folders.query()).toEqual({ folders: [] });
  });
});
