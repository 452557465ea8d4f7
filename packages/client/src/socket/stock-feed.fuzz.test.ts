import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createGatewayClient } from '../create-client.js';
import { fakeClock } from '../fake-clock.fixture.js';
import { loadSocket } from './late-socket.js';
import { event, RECONNECT, started } from './socket-client.fixture.js';
import type { WebSocketLike } from './web-socket.js';

beforeAll(loadSocket);

type Fault = 'none' | 'drop' | 'duplicate' | 'close' | 'leave';

/** Turns of the event loop in which everything that is under way in memory gets done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A log and connections to it in memory, as PROTOCOL.md section 3.3 has them, with one fault for each event sent while there are any. */
function faultyServer(faults: readonly Fault[]) {
  const ahead = [...faults];
  const connections = new Set<Connection>();
  let head = 0;

  class Connection implements WebSocketLike {
    onopen: WebSocketLike['onopen'] = null;
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    readonly subscriptions = new Set<number>();

    constructor(_url: string) {
      setImmediate(() => {
        connections.add(this);
        this.onopen?.({});
      });
    }

    send(text: string): void {
      if (text === 'PING') {
        queueMicrotask(() => this.#deliver('PONG'));
        return;
      }
      const frame = JSON.parse(text);
      queueMicrotask(() => {
        if (frame.method === 'subscription.stop') this.subscriptions.delete(frame.id);
        else this.#subscribe(frame.id, Number(frame.params.lastEventId.slice(3)));
      });
    }

    close(): void {
      connections.delete(this);
    }

    give(id: number, offset: number): void {
      const fault = ahead.shift() ?? 'none';
      if (fault === 'drop') return;
      this.#deliver(event(id, `e1.${offset}`, offset));
      if (fault === 'duplicate') this.#deliver(event(id, `e1.${offset}`, offset));
      if (fault === 'leave') this.#deliver(RECONNECT);
      if (fault === 'close') {
        connections.delete(this);
        this.onclose?.({ code: 1006, reason: '' });
      }
    }

    #subscribe(id: number, after: number): void {
      this.subscriptions.add(id);
      this.#deliver(started(id));
      for (let offset = after + 1; offset <= head && this.subscriptions.has(id); offset += 1) this.give(id, offset);
    }

    #deliver(text: string): void {
      if (connections.has(this)) this.onmessage?.({ data: text });
    }
  }

  return {
    WebSocket: Connection,
    publish() {
      head += 1;
      for (const connection of connections) for (const id of connection.subscriptions) connection.give(id, head);
    },
  };
}

const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'drop', 'duplicate', 'close', 'leave');

it('hands on every event of a server without gw once and in order, whatever is lost, repeated or closed on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 40 }), fc.nat({ max: 20 }), async (faults, published) => {
      const clock = fakeClock();
      const server = faultyServer(faults);
      const gateway = createGatewayClient({ url: 'http://memory.test', WebSocket: server.WebSocket, clock, random: () => 0.5 });
      const got: unknown[] = [];
      const loop = (async () => {
        for await (const offset of gateway.documents.changes.subscribe({}, { lastEventId: 'e1.0' })) got.push(offset);
      })();
      for (let count = 0; count < published; count += 1) server.publish();
      for (let round = 0; round < 60; round += 1) {
        await settle();
        clock.advance(500);
        server.publish();
      }
      await settle();
      gateway.$close();
      await loop;
      expect(got).toEqual(Array.from({ length: got.length }, (_, index) => index + 1));
      expect(got.length).toBe(published + 60);
    }),
    { numRuns: 30 },
  );
});
