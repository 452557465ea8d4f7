/** Binds an HTTP server to a port and ends it again: requests under way are answered first, for a second at most. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { StageError } from '../stage-error.js';
import { WorkInProgress } from './work-in-progress.js';

/** Where a listener ended up. */
export interface Listening {
  readonly port: number;
  /** Takes no new connections, waits for the answers under way, then cuts every connection. */
  close(): Promise<void>;
}

/** Listens on `port` (0 for any free one). @throws StageError `PORT_BUSY` */
export function listen(server: Server, port: number, host: string): Promise<Listening> {
  const answers = new WorkInProgress();
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    void answers.track(new Promise<void>((resolve) => response.once('close', resolve)));
  });
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error): void =>
      reject(
        new StageError('PORT_BUSY', `can't listen on ${host}:${port}: ${cause.message}; stop what uses the port or choose another`, {
          cause,
        }),
      );
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : port, close: () => close(server, answers) });
    });
  });
}

async function close(server: Server, answers: WorkInProgress): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await answers.finish();
  server.closeAllConnections();
  await closed;
}
