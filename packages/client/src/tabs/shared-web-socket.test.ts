import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayClient } from '../create-client.js';
import { type FakeClock, fakeClock } from '../fake-clock.fixture.js';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import type { WebSocketLike } from '../socket/web-socket.js';
import { type FakeBrowser, type FakeTab, fakeBrowser } from './fake-browser.fixture.js';
import { type SharedWebSocketOptions, sharedWebSocket } from './shared-web-socket.js';

let server: FakeServer;
let browser: FakeBrowser;
let tabs: FakeTab[];
beforeEach(async () => {
  server = await startFakeServer();
  browser = fakeBrowser();
  tabs = [];
});
afterEach(async () => {
  for (const tab of tabs) tab.kill();
  await server.close();
});

function newTab(options: SharedWebSocketOptions = {}) {
  const tab = browser.tab();
  tabs.push(tab);
  const WebSocket = sharedWebSocket({ platform: tab.platform, WebSocket: tab.WebSocket, ...options });
  if (!WebSocket) throw new Error('the fake browser has locks and channels');
  return { ...tab, SharedWebSocket: WebSocket };
}

/** A socket of a tab without a client, and what it hears. */
function openSocket({ SharedWebSocket }: ReturnType<typeof newTab>, parameters = '') {
  const socket = new SharedWebSocket(server.url.replace('http', 'ws') + parameters);
  const heard: unknown[] = [];
  const waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  socket.onmessage = ({ data }) => {
    heard.push(data);
    for (const { count, resolve } of waiters) if (heard.length >= count) resolve();
  };
  return {
    socket: socket as WebSocketLike & { terminate(): void },
    heard,
    opened: new Promise<void>((resolve) => {
      socket.onopen = () => resolve();
    }),
    closed: new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code);
    }),
    hears: (count: number) =>
      new Promise<void>((resolve) => {
        waiters.push({ count, resolve });
        if (heard.length >= count) resolve();
      }),
  };
}

describe('sockets of several tabs', () => {
  it('share one connection when they are of one user, whatever their tickets, and not when another user signs in', async () => {
    const a = openSocket(newTab(), '?gw=2&session=a&user=1x&ticket=t1');
    const first = await server.peer();
    const b = openSocket(newTab(), '?gw=2&session=b&user=1x&ticket=t2');
    await Promise.all([a.opened, b.opened]);
    const other = openSocket(newTab(), '?gw=2&session=c&user=2y&ticket=t3');
    const second = await server.peer();
    await other.opened;
    expect([first.url, second.url]).toEqual(['/prod?gw=2&session=a&user=1x&ticket=t1', '/prod?gw=2&session=c&user=2y&ticket=t3']);
  });

  it('share one connection, and each hears its own answers', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    await a.opened;
    const b = openSocket(newTab());
    await b.opened;
    expect([a.socket.firstId, b.socket.firstId]).toEqual([10_000_000, 20_000_000]);
    a.socket.send('{"id":10000001,"method":"query","svc":"system","params":{"path":"system.health"}}');
    b.socket.send('{"id":20000001,"method":"query","svc":"system","params":{"path":"system.whoami"}}');
    const frames = [await peer.next(), await peer.next()];
    expect(frames.map((frame) => JSON.parse(frame).id).sort()).toEqual([10_000_001, 20_000_001]);
    peer.send('{"id":20000001,"result":{"type":"data","data":"for b"}}', '{"id":10000001,"result":{"type":"data","data":"for a"}}');
    await Promise.all([a.hears(1), b.hears(1)]);
    expect(a.heard).toEqual(['{"id":10000001,"result":{"type":"data","data":"for a"}}']);
    expect(b.heard).toEqual(['{"id":20000001,"result":{"type":"data","data":"for b"}}']);
  });

  it('all hear what answers nobody, and only who asked hears what gw.sync says (P3.17, P3.20)', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    const b = openSocket(newTab());
    await Promise.all([a.opened, b.opened]);
    const forAll = [
      '{"id":null,"method":"gw.ev","params":{"t":"folder","e":"e1","x":[[1,"one"]]}}',
      '{"id":null,"method":"gw.part","params":{"k":"m","i":0,"n":2,"d":"{"}}',
      '{"id":null,"method":"gw.bye","params":{"code":4401,"why":"signed out","retry":false}}',
      '{"id":null,"error":{"message":"no","code":-32600,"data":{"code":"BAD_REQUEST","httpStatus":400}}}',
      '{"message":"Internal server error","connectionId":"a=","requestId":"b"}',
      'PONG',
    ];
    peer.send('{"id":null,"method":"gw.sync","params":{"n":20000007,"s":[],"exp":7200000}}', ...forAll);
    await Promise.all([a.hears(6), b.hears(7)]);
    expect(a.heard).toEqual(forAll);
    expect(b.heard.slice(1)).toEqual(forAll);
  });

  it('have connections of their own where their addresses or names differ', async () => {
    const [one, other] = [newTab(), newTab({ name: 'user-2' })];
    const first = openSocket(one, '?session=s1');
    await first.opened;
    const sockets = [openSocket(newTab(), '?session=s2'), openSocket(other), openSocket(one, '/v2')];
    await Promise.all(sockets.map(({ opened }) => opened));
    const urls = [(await server.peer()).url, (await server.peer()).url, (await server.peer()).url];
    expect(urls.sort()).toEqual(['/prod', '/prod/v2', '/prod?session=s1']);
  });

  it('close the connection with the last of them, and leave nothing behind', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    const b = openSocket(newTab());
    await Promise.all([a.opened, b.opened]);
    a.socket.close(1000);
    expect(await a.closed).toBe(1000);
    b.socket.send('PING');
    expect(await peer.next()).toBe('PING');
    b.socket.close();
    await peer.closed;
    expect(browser.inUse).toEqual([]);
  });

  it('hear with which code the server closed it', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    const b = openSocket(newTab());
    await Promise.all([a.opened, b.opened]);
    peer.close(1001);
    expect(await Promise.all([a.closed, b.closed])).toEqual([1001, 1001]);
  });

  it('hear of a handshake that failed', async () => {
    server.refuse(1);
    expect(await openSocket(newTab()).closed).toBe(1006);
  });

  it('move to a second connection together, and the first is closed when all have left it (P3.11)', async () => {
    const [one, other] = [newTab(), newTab()];
    const old = [openSocket(one), openSocket(other)];
    const first = await server.peer();
    await Promise.all(old.map(({ opened }) => opened));
    first.send('{"id":null,"method":"reconnect"}');
    await Promise.all(old.map(({ hears }) => hears(1)));
    const next = [openSocket(one), openSocket(other)];
    const second = await server.peer();
    await Promise.all(next.map(({ opened }) => opened));
    for (const { socket } of old) socket.close(1000);
    await first.closed;
    next[1]?.socket.send('PING');
    expect(await second.next()).toBe('PING');
  });

  it('all leave a connection whose peer one of them has found dead', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    const b = openSocket(newTab());
    await Promise.all([a.opened, b.opened]);
    peer.freeze();
    a.socket.close();
    a.socket.terminate();
    expect(await b.closed).toBe(1006);
  });
});

describe('the client over a shared socket', () => {
  const client = (tab: ReturnType<typeof newTab>) => createGatewayClient({ url: server.url, WebSocket: tab.SharedWebSocket });

  it('gives its requests ids that no other tab uses', async () => {
    const [a, b] = [client(newTab()), client(newTab())];
    const calls = [a.system.health.query(undefined, { over: 'socket' }), b.system.health.query(undefined, { over: 'socket' })];
    const peer = await server.peer();
    const ids = [JSON.parse(await peer.next()).id, JSON.parse(await peer.next()).id];
    expect(ids.sort()).toEqual([10_000_001, 20_000_001]);
    for (const id of ids) peer.send(`{"id":${id},"result":{"type":"data","data":{"status":"${id}"}}}`);
    expect((await Promise.all(calls)).map(({ status }) => status).sort()).toEqual(['10000001', '20000001']);
    a.$close();
    b.$close();
  });
});

describe('when a tab goes', () => {
  it('that led, the next one leads, and the sockets of the others break so that their clients go on (row 42)', async () => {
    const leader = newTab();
    const old = openSocket(leader, '?session=s1');
    const first = await server.peer();
    const [b, c] = [newTab(), newTab()];
    const left = [openSocket(b, '?session=s2'), openSocket(c, '?session=s3')];
    await Promise.all([old, ...left].map(({ opened }) => opened));
    expect(first.url).toBe('/prod?session=s1');
    leader.kill();
    expect(await Promise.all(left.map(({ closed }) => closed))).toEqual([1006, 1006]);
    const next = [openSocket(c, '?session=s3'), openSocket(b, '?session=s2')];
    const second = await server.peer();
    await Promise.all(next.map(({ opened }) => opened));
    // The same caller for the server, so that a mutation with a key is still known (P3.23).
    expect(second.url).toBe('/prod?session=s1');
    for (const { socket } of next) socket.send('PING');
    expect([await second.next(), await second.next()]).toEqual(['PING', 'PING']);
  });

  it('for the way back, and is kept with all its sockets, it has none: the next one leads', async () => {
    const leader = newTab();
    const old = openSocket(leader);
    const first = await server.peer();
    const b = newTab();
    const left = openSocket(b);
    await Promise.all([old, left].map(({ opened }) => opened));
    leader.hide();
    await first.closed;
    expect([await old.closed, await left.closed]).toEqual([1006, 1006]);
    const next = openSocket(b);
    const second = await server.peer();
    await next.opened;
    leader.thaw();
    const back = openSocket(leader);
    await back.opened;
    back.socket.send('PING');
    expect(await second.next()).toBe('PING');
    next.socket.close();
    back.socket.close();
    await second.closed;
    expect(browser.inUse).toEqual([]);
  });

  it('with its last socket closed, no task of its own is needed to close the connection', async () => {
    const leader = newTab();
    const a = openSocket(leader);
    const peer = await server.peer();
    await a.opened;
    a.socket.close();
    leader.freeze();
    await peer.closed;
    leader.thaw();
    expect(browser.inUse).toEqual([]);
  });

  it('that did not lead, its subscriptions are stopped for it', async () => {
    const a = openSocket(newTab());
    const peer = await server.peer();
    await a.opened;
    const other = newTab();
    const b = openSocket(other);
    await b.opened;
    for (const id of [20_000_001, 20_000_002]) {
      b.socket.send(`{"id":${id},"method":"subscription","svc":"documents","params":{"path":"documents.changes"}}`);
      await peer.next();
    }
    b.socket.send('{"id":20000001,"method":"subscription.stop","svc":"documents"}');
    await peer.next();
    other.kill();
    expect(await peer.next()).toBe('{"id":20000002,"method":"subscription.stop","svc":"documents"}');
    a.socket.send('PING');
    expect(await peer.next()).toBe('PING');
  });
});

describe('a leader that does not answer', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = fakeClock();
  });

  it('is replaced after 3 s, and closes what it has when it wakes up', async () => {
    const leader = newTab();
    const old = openSocket(leader);
    const first = await server.peer();
    await old.opened;
    leader.freeze();
    const b = openSocket(newTab({ clock }));
    await clock.timer(3_000);
    clock.advance(3_000);
    const second = await server.peer();
    await b.opened;
    await first.closed;
    leader.thaw();
    expect(await old.closed).toBe(1006);
    const again = openSocket(leader);
    await again.opened;
    again.socket.send('PING');
    expect(await second.next()).toBe('PING');
  });
});

describe('where locks or channels are missing', () => {
  it('it is the class that was given', () => {
    const tab = browser.tab();
    const given = { WebSocket: tab.WebSocket, platform: undefined };
    // Node 20 has no locks.
    if (!('locks' in navigatorOf())) expect(sharedWebSocket(given)).toBe(tab.WebSocket);
    if (!('locks' in navigatorOf())) expect(sharedWebSocket()).toBeUndefined();
  });
});

const navigatorOf = (): object => (globalThis as { navigator?: object }).navigator ?? {};
