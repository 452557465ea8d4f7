/** A TCP server whose answers a test writes byte by byte. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface RawServer {
  readonly url: string;
  /** The requests so far, as they came. */
  readonly requests: readonly string[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Starts one. `answer` is called with every request (a head with its body) and its socket; what it answers is written. */
export async function startRawServer(answer: (request: string, socket: Socket) => string | Buffer | undefined): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay();
    let received = '';
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/.exec(received)?.[1] ?? 0);
      if (headEnd < 4 || received.length < headEnd + length) return;
      requests.push(received);
      const reply = answer(received, socket);
      received = '';
      if (reply !== undefined) socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
