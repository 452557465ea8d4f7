/**
 * A server for tests: real HTTP and real WebSockets on port 0, and nothing of the protocol. A test writes the answers by hand, as
 * PROTOCOL.md has them, and reads what arrived as text.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, percent-decoded. */
  readonly target: string;
  readonly rawTarget: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Settles when the client hangs up before an answer. */
  readonly aborted: Promise<void>;
}

/** What to answer. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent one by one in place of the body; when they end with an error the connection breaks. */
  readonly pieces?: AsyncIterable<string>;
}

/** How a test answers: with a reply, never, or by breaking the connection. */
export type Answering = (request: SeenRequest) => Reply | 'never' | 'reset';

/** One socket a client has opened. */
export interface Peer {
  readonly url: string;
  /** The next frame of the client; waits for it. */
  next(): Promise<string>;
  /** Frames that came and were not asked for. */
  readonly unread: readonly string[];
  send(...frames: readonly string[]): void;
  close(code: number): void;
  /** Breaks the connection without a close frame. */
  reset(): void;
  /** Stops reading and answering, as a peer behind a dead network. */
  freeze(): void;
  /** Settles with the code the connection closed with. */
  readonly closed: Promise<number>;
}

export interface FakeServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Waits until so many requests have arrived. */
  seen(count: number): Promise<void>;
  answer(answering: Answering): void;
  /** The next socket a client opens, or has opened and nobody has asked for. */
  peer(): Promise<Peer>;
  /** How many connections clients have opened. */
  connections(): number;
  /** Refuses the next so many sockets with a 503. */
  refuse(count: number): void;
  close(): Promise<void>;
}

/** Starts one; close it after the test. */
export async function startFakeServer(): Promise<FakeServer> {
  const requests: SeenRequest[] = [];
  const peers = mailbox<Peer>();
  const arrivals = new Set<() => void>();
  let answering: Answering = () => ({ status: 500, body: 'the test gave no answer' });
  let refusals = 0;
  let connections = 0;
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const rawTarget = incoming.url ?? '';
    const request: SeenRequest = {
      method: incoming.method ?? '',
      target: decodeURIComponent(rawTarget),
      rawTarget,
      headers: incoming.headers,
      body,
      aborted: new Promise((resolve) => outgoing.on('close', () => outgoing.writableFinished || resolve())),
    };
    requests.push(request);
    for (const check of arrivals) check();
    const reply = answering(request);
    if (reply === 'reset') incoming.socket.destroy();
    else if (reply !== 'never') {
      outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      if (reply.pieces) await writePieces(outgoing, reply.pieces);
      else outgoing.end(reply.body);
    }
  });
  server.on('connection', () => {
    connections += 1;
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (refusals > 0) {
      refusals -= 1;
      socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
    } else sockets.handleUpgrade(request, socket, head, (accepted) => peers.put(peerOf(accepted, request.url ?? '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`,
    requests,
    seen: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (requests.length >= count && arrivals.delete(check)) resolve();
        };
        arrivals.add(check);
        check();
      }),
    answer(next) {
      answering = next;
    },
    peer: peers.take,
    connections: () => connections,
    refuse(count) {
      refusals = count;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function writePieces(outgoing: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  try {
    for await (const piece of pieces) await new Promise((resolve) => outgoing.write(piece, resolve));
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

function peerOf(socket: WebSocket, url: string): Peer {
  const frames = mailbox<string>();
  socket.on('message', (data) => frames.put(String(data)));
  socket.on('error', () => {});
  return {
    url,
    next: frames.take,
    unread: frames.waiting,
    send(...texts) {
      for (const text of texts) socket.send(text);
    },
    close: (code) => socket.close(code),
    reset: () => socket.terminate(),
    freeze: () => socket.pause(),
    closed: new Promise((resolve) => socket.on('close', resolve)),
  };
}

/** Values that are taken in order, each once, whichever side comes first. */
function mailbox<TValue>() {
  const waiting: TValue[] = [];
  const takers: ((value: TValue) => void)[] = [];
  return {
    waiting,
    put(value: TValue) {
      const taker = takers.shift();
      if (taker) taker(value);
      else waiting.push(value);
    },
    take: (): Promise<TValue> =>
      new Promise((resolve) => {
        const value = waiting.shift();
        if (value === undefined) takers.push(resolve);
        else resolve(value);
      }),
  };
}
