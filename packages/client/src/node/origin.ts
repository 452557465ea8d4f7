/**
 * The connections to one server, and the requests that wait for one. The connection that was used last is used next, so that those that a
 * burst has opened end; one that the server is about to close is left alone.
 */

import { connect as connectPlain, isIP, type OnReadOpts } from 'node:net';
import { type ConnectionOptions, connect as connectSecure } from 'node:tls';
import type { Answer } from './answer-reader.js';
import { Connection, type Exchange, type OpenSocket } from './connection.js';

/** A request for one server. */
export interface OriginRequest extends Pick<Exchange, 'bytes' | 'isHead'> {
  /** Sending it twice does no harm: it is, when the server closed a kept connection instead of answering. */
  readonly isRepeatable: boolean;
  done(answer: Answer): void;
  failed(cause: Error): void;
}

/** A request that is not over. */
interface Job {
  readonly request: OriginRequest;
  /** A connection is being opened for it; it takes whichever is free first. */
  hasOpened: boolean;
  connection?: Connection;
  isCancelled?: boolean;
}

export interface OriginOptions {
  readonly url: URL;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** Certificates (PEM) to trust instead of the public ones. */
  readonly ca?: string | undefined;
  readonly now: () => number;
}

/** How often idle connections, and those that do not open, are looked at. */
const SWEEP_MS = 1_000;

/** One server. */
export class Origin {
  readonly #options: OriginOptions;
  readonly #openSocket: OpenSocket;
  /** And for whom they were opened. */
  readonly #connections = new Map<Connection, Job>();
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Job>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: OriginOptions) {
    this.#options = options;
    this.#openSocket = openerOf(options);
  }

  /** Sends a request. What it answers gives it up: it is then neither done nor failed. */
  send(request: OriginRequest): () => void {
    const job: Job = { request, hasOpened: false };
    this.#start(job);
    return () => {
      job.isCancelled = true;
      if (!this.#waiting.delete(job)) job.connection?.destroy(new Error('the request was given up'));
    };
  }

  /** Closes all connections; what is under way fails with the cause. */
  destroy(cause: Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const connection of [...this.#connections.keys()]) connection.destroy(cause);
    for (const { request } of waiting) request.failed(cause);
  }

  #start(job: Job): void {
    const connection = this.#takeIdle();
    if (connection) this.#run(job, connection);
    else {
      this.#waiting.add(job);
      this.#openFor(job);
    }
  }

  #takeIdle(): Connection | undefined {
    const now = this.#options.now();
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.idleUntilMs > now) return connection;
      connection.destroy(new Error('it was idle for too long'));
    }
    return undefined;
  }

  #openFor(job: Job): void {
    if (this.#connections.size >= this.#options.maxConnections) return;
    job.hasOpened = true;
    const connection = new Connection({
      openSocket: this.#openSocket,
      now: this.#options.now,
      onIdle: (idle) => this.#serve(idle),
      onClosed: (closed, cause) => this.#forget(closed, cause),
    });
    this.#connections.set(connection, job);
    this.#sweeping ??= setInterval(() => this.#sweep(), Math.min(SWEEP_MS, this.#options.connectTimeoutMs)).unref();
  }

  #run(job: Job, connection: Connection): void {
    const { request } = job;
    job.connection = connection;
    connection.send({
      bytes: request.bytes,
      isHead: request.isHead,
      done: request.done,
      failed: (cause, { isUntouched, hasReused }) => {
        if (job.isCancelled) return;
        if (isUntouched && hasReused && request.isRepeatable && isHangUp(cause)) this.#start(job);
        else request.failed(cause);
      },
    });
  }

  #serve(connection: Connection): void {
    const [job] = this.#waiting;
    if (!job) {
      this.#idle.push(connection);
      return;
    }
    this.#waiting.delete(job);
    this.#run(job, connection);
  }

  #forget(connection: Connection, cause: Error | undefined): void {
    const job = this.#connections.get(connection) as Job;
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (cause && this.#waiting.delete(job)) job.request.failed(cause);
    const next = [...this.#waiting].find(({ hasOpened }) => !hasOpened);
    if (next) this.#openFor(next);
    if (this.#connections.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #sweep(): void {
    const { connectTimeoutMs, now } = this.#options;
    for (const connection of [...this.#connections.keys()]) {
      if (connection.isOpening && now() - connection.startedMs >= connectTimeoutMs)
        connection.destroy(Object.assign(new Error(`no connection within ${connectTimeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }
    for (const connection of this.#idle.filter(({ idleUntilMs }) => idleUntilMs <= now()))
      connection.destroy(new Error('it was idle for too long'));
  }
}

/** The server, or what is between, let go of the connection: the request has not been answered because it was not read. */
function isHangUp(cause: Error): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((cause as NodeJS.ErrnoException).code as string);
}

/** Opens sockets to one server; TLS sessions are resumed. */
function openerOf({ url, ca }: OriginOptions): OpenSocket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = url.protocol === 'https:';
  const target = { host, port: Number(url.port || (isSecure ? 443 : 80)), noDelay: true };
  if (!isSecure) return (onread, onOpen) => connectPlain({ ...target, onread }, onOpen);
  // A server's name is a name, never an address: https://www.rfc-editor.org/rfc/rfc6066#section-3
  const secrets = { servername: isIP(host) ? '' : host, ALPNProtocols: ['http/1.1'], ...(ca && { ca }) };
  let session: Buffer | undefined;
  // `noDelay` and `onread` are of the plain socket below; the types of Node 20 do not know that they are passed on.
  const secure = (onread: OnReadOpts) => ({ ...target, ...secrets, onread, ...(session && { session }) }) as ConnectionOptions;
  return (onread, onOpen) =>
    connectSecure(secure(onread), onOpen).on('session', (latest) => {
      session = latest;
    });
}
