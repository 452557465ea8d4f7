/**
 * A WebSocket proxy in front of an API, for what can happen to single frames and handshakes. Frames pass in order and as they are unless a
 * rule takes them; of several rules that fit, the first that was made. Everything is in the log, which a test asserts on.
 *
 * Query, path, subprotocol and headers of a handshake are passed on, and a refusal of the server is passed back. Text frames only: binary
 * ones pass unmatched.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameBoard, type FrameEvent, type HandshakeRule } from './frame-board.js';
import { FramePipe } from './frame-pipe.js';
import type { AppliedRule, Direction, FrameRule } from './frame-rule.js';

/** A running proxy. */
export interface FrameProxy {
  /** The target's URL with the proxy's port. */
  readonly url: string;
  readonly log: readonly FrameEvent[];
  /** Texts that fit, in order: what was sent, rules or not. */
  frames(direction: Direction, connection?: number): readonly string[];
  /** The first line of the log that fits, now or as soon as it comes. */
  next(fits: (event: FrameEvent) => boolean): Promise<FrameEvent>;
  rule(rule: FrameRule): AppliedRule;
  handshake(rule: HandshakeRule): AppliedRule;
  /** Sends a frame to the client or to the server, on the newest open connection. @throws Error without one */
  send(direction: Direction, text: string): void;
  /** Closes every open connection of a client with a code; 1006 cuts it. */
  closeAll(code: number, reason?: string): void;
  /** Numbers of the connections that are open. */
  open(): readonly number[];
  /** Lets go of the log so far. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. @param target `ws://127.0.0.1:PORT/STAGE` */
export async function startFrameProxy({ target }: { readonly target: string }): Promise<FrameProxy> {
  const board = new FrameBoard();
  const server = createServer((_, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (_, request) => board.protocols.get(request) || false,
  });
  server.on('upgrade', (request, socket, head) => void shakeHands({ request, socket, head }, { target, board, sockets }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(target);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    log: board.log,
    frames: (direction, connection) =>
      board.log.flatMap((event) =>
        event.kind === 'frame' && event.direction === direction && event.connection === (connection ?? event.connection)
          ? [event.text]
          : [],
      ),
    next: (fits) => board.next(fits),
    rule: (rule) => board.rule(rule),
    handshake: (rule) => board.handshake(rule),
    send(direction, text) {
      const pipe = [...board.pipes].at(-1);
      if (pipe === undefined) throw new Error('no connection is open; wait for one with next()');
      pipe.putIn(direction, text);
    },
    closeAll: (code, reason) => {
      for (const pipe of [...board.pipes]) pipe.end('proxy', code, reason);
    },
    open: () => [...board.pipes].map(({ connection }) => connection),
    forget() {
      board.log.length = 0;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const pipe of [...board.pipes]) pipe.end('proxy', 1006);
      for (const socket of board.waiting) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Headers that belong to one hop. */
const OWN_HEADERS = new Set([
  'host',
  'connection',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
]);

async function shakeHands(
  { request, socket, head }: Upgrade,
  { target, board, sockets }: { target: string; board: FrameBoard; sockets: WebSocketServer },
): Promise<void> {
  board.connectionCount += 1;
  const connection = board.connectionCount;
  socket.on('error', () => undefined);
  board.waiting.add(socket);
  socket.once('close', () => board.waiting.delete(socket));
  const refuse = (status: number, body = ''): void => {
    board.note({ kind: 'refused', connection, status });
    const name = STATUS_CODES[status] ?? 'Unknown';
    socket.end(`HTTP/1.1 ${status} ${name}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const rule = board.handshakeRule();
  if (rule?.action === 'hold') await rule.wait();
  else if (rule !== undefined) refuse(rule.action.status, rule.action.body);
  if (socket.destroyed || (rule !== undefined && rule.action !== 'hold')) return;
  const upstream = new WebSocket(upstreamUrl(target, request.url ?? '/'), protocolsOf(request), {
    headers: ownHeaders(request),
    perMessageDeflate: false,
  });
  upstream.on('error', () => undefined);
  upstream.once('unexpected-response', (_, answer) => {
    answer.resume();
    refuse(answer.statusCode ?? 502);
  });
  upstream.once('error', () => socket.destroy());
  socket.once('close', () => upstream.readyState === WebSocket.CONNECTING && upstream.terminate());
  upstream.once('open', () => {
    if (socket.destroyed) {
      upstream.terminate();
      return;
    }
    board.waiting.delete(socket);
    board.protocols.set(request, upstream.protocol);
    sockets.handleUpgrade(request, socket, head, (client) => {
      board.note({ kind: 'open', connection, url: request.url ?? '/' });
      board.pipes.add(new FramePipe({ connection, client, upstream, board }));
    });
  });
}

function upstreamUrl(target: string, path: string): string {
  return new URL(path, target).href;
}

function protocolsOf({ headers }: IncomingMessage): string[] {
  const named = headers['sec-websocket-protocol'];
  return named === undefined ? [] : named.split(',').map((name) => name.trim());
}

function ownHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (OWN_HEADERS.has(name) || value === undefined ? [] : [[name, String(value)]])),
  );
}
