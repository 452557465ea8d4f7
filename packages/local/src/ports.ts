/**
 * Finds the ports of a stage before anything listens on them: the URLs of the APIs are part of the functions' environment, so they must
 * be known first. A configured port is tried at once, so that a busy one is reported with its purpose and its switch.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StageError } from './stage-error.js';

/** What a port is for, and how a user chooses it. */
export interface PortPurpose {
  readonly name: string;
  /** As in `ports.rest (--rest-port)`. */
  readonly setting: string;
}

/**
 * Free ports come from below the ranges that systems hand out for outgoing connections (32768 on Linux, 49152 elsewhere): nobody else is
 * given the port between the test here and the real listener.
 */
const freeRange = { from: 20_000, to: 32_000 } as const;
const maxAttempts = 50;

/** Ports of one stage; no port is given twice. */
export class PortReservations {
  readonly #host: string;
  readonly #taken = new Set<number>();

  constructor(host: string) {
    this.#host = host;
  }

  /**
   * The configured port, or a free one when it is absent or 0.
   *
   * @throws StageError `PORT_BUSY`
   */
  async reserve(purpose: PortPurpose, configured = 0): Promise<number> {
    if (configured !== 0) return this.#claim(purpose, configured);
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const port = randomInt(freeRange.from, freeRange.to);
      if (!this.#taken.has(port) && (await this.#problemWith(port)) === undefined) {
        this.#taken.add(port);
        return port;
      }
    }
    throw new StageError('PORT_BUSY', `no free port for ${purpose.name} after ${maxAttempts} tries; choose one with ${purpose.setting}`);
  }

  async #claim(purpose: PortPurpose, port: number): Promise<number> {
    const problem = this.#taken.has(port) ? 'it is already given to another part of the stage' : await this.#problemWith(port);
    if (problem !== undefined) {
      const advice = `stop the program that uses it, or choose another with ${purpose.setting}`;
      throw new StageError('PORT_BUSY', `port ${port} for ${purpose.name} cannot be used: ${problem}; ${advice}`);
    }
    this.#taken.add(port);
    return port;
  }

  /** Why a port cannot be listened on, `undefined` when it can. */
  #problemWith(port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const probe = createServer();
      probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'it is in use' : error.message));
      probe.listen(port, this.#host, () => probe.close(() => resolve(undefined)));
    });
  }
}
