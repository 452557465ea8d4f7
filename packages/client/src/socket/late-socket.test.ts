import { describe, expect, it } from 'vitest';
import { memoryStage, pushed, startedGw } from './memory-socket.fixture.js';
import { data, iterate, take } from './socket-client.fixture.js';

const stage = memoryStage();
const OVER = { over: 'socket' } as const;
const DONE = { done: true, value: undefined };

describe('while the code of the socket is loaded', () => {
  it('loops and calls wait, and then begin in their order', async () => {
    const gateway = stage.client();
    const events = iterate(gateway.documents.changes.subscribe({ folder: 'a' }));
    const call = gateway.documents.folders.query(undefined, OVER);
    iterate(gateway.documents.changes.subscribe({ folder: 'b' }));
    const first = events.next();
    const second = events.next();
    const peer = await stage.opened();
    expect((await peer.sent()).map(({ id, method }) => [id, method])).toEqual([
      [1, 'subscription'],
      [2, 'subscription'],
      [3, 'query'],
    ]);
    peer.send(startedGw(1, 'e1.10', 'e1.10'), pushed('e1', 11, 12), data(3, 'folders'));
    expect(await Promise.all([first, second, call])).toEqual([{ done: false, value: 'e1.11' }, { done: false, value: 'e1.12' }, 'folders']);
  });

  it('a loop that is returned or aborted ends, and opens nothing', async () => {
    const gateway = stage.client();
    const controller = new AbortController();
    const returned = iterate(gateway.documents.changes.subscribe({}));
    const aborted = iterate(gateway.documents.changes.subscribe({}, { signal: controller.signal }));
    const waiting = [returned.next(), aborted.next()];
    controller.abort();
    expect(await Promise.all([...waiting, returned.return?.(), returned.next()])).toEqual([DONE, DONE, DONE, DONE]);
    await stage.pass(0);
    expect([stage.peers, gateway.$connection.state]).toEqual([[], { status: 'idle' }]);
  });

  it('$close() ends what waits, and what comes after it', async () => {
    const gateway = stage.client();
    const loop = iterate(gateway.documents.changes.subscribe({})).next();
    const call = gateway.documents.folders.query(undefined, OVER);
    gateway.$close();
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason: 'closed by the client' });
    expect(await loop).toEqual(DONE);
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await stage.pass(0);
    expect(await take(iterate(gateway.documents.changes.subscribe({})), 1)).toEqual([]);
    await expect(gateway.documents.folders.query(undefined, OVER)).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    expect([stage.peers, stage.clock.pending]).toEqual([[], []]);
  });
});
