/** An HTTP peer for tests that a socket's every byte is in the hands of: it answers, cuts, delays and goes as a test says. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.fixture.js';

export interface PeerRequest {
  readonly line: string;
  readonly body: string;
  /** Which connection it came on, from 1. */
  readonly connection: number;
  readonly socket: Socket;
}

export interface Peer {
  readonly endpoint: string;
  readonly requests: readonly PeerRequest[];
  /** Sockets that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections ever. */
  readonly connections: number;
  close(): Promise<void>;
}

export const OK_ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** Starts a peer on port 0; `onRequest` answers. */
export async function startPeer(onRequest: (request: PeerRequest) => void, { secure = false } = {}): Promise<Peer> {
  const requests: PeerRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const onSocket = (socket: Socket) => {
    const connection = ++connections;
    let text = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? Number.NaN);
      if (end < 4 || text.length < end + length) return;
      const body = Buffer.from(text.slice(end), 'latin1').toString();
      const request = { line: text.slice(0, text.indexOf('\r\n')), body, connection, socket };
      text = '';
      requests.push(request);
      onRequest(request);
    });
  };
  const server = secure ? createSecureServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, onSocket) : createServer(onSocket);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `${secure ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}/prod`,
    requests,
    sockets,
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
