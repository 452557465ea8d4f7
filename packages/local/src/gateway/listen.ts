/**
 * Starts and ends the listeners of the gateway. Closing destroys what is still connected: nothing of a stage outlives it.
 */
import type { Server } from 'node:http';
import { StageError } from '../stage-error.js';

/** Where a listener ended up. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on `port` (0 for any free one). @throws StageError `PORT_BUSY` */
export function listen(server: Server, port: number, host: string): Promise<Listening> {
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
      resolve({ port: typeof address === 'object' && address ? address.port : port, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
