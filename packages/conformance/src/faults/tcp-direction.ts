/**
 * One direction of a proxied TCP connection: bytes go from a source to a sink, in order, as late and as slowly as its conditions say.
 *
 * A black hole reads nothing, as a network that acknowledges nothing: the sender's buffers fill up, ends and resets do not come through, and
 * what waited arrives when it is over. https://datatracker.ietf.org/doc/html/rfc9293
 */
import type { Socket } from 'node:net';
import type { Time } from './time.js';

/** How one direction behaves. */
export interface Conditions {
  /** Latency. @default 0 */
  readonly delayMs?: number;
  /** Random latency on top, from 0 to this. @default 0 */
  readonly jitterMs?: number;
  /** Bandwidth. @default unlimited */
  readonly bytesPerSecond?: number;
  /** Longest write: 1 sends each byte by itself. @default whole */
  readonly sliceBytes?: number;
  /** Lets nothing through. @default false */
  readonly blackHole?: boolean;
}

/** What may wait here before the source is held up. */
const MAX_QUEUED_BYTES = 64 * 1024;

type Parcel = { readonly bytes: Buffer; readonly dueMs: number } | { readonly end: 'fin' | 'reset'; readonly dueMs: number };

/** Bytes on their way. */
export class TcpDirection {
  /** Bytes that arrived. */
  byteCount = 0;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #time: Time;
  readonly #random: () => number;
  readonly #queue: Parcel[] = [];
  #conditions: Conditions = {};
  #lastDueMs = 0;
  #ended = false;
  #running = false;
  #opened: () => void = () => undefined;

  constructor(at: { source: Socket; sink: Socket; time: Time; random: () => number }) {
    this.#source = at.source;
    this.#sink = at.sink;
    this.#time = at.time;
    this.#random = at.random;
    at.source.on('data', (bytes: Buffer) => this.#take({ bytes, dueMs: this.#dueMs() }));
    at.source.on('end', () => this.#finish('fin'));
    at.source.on('error', () => this.#finish('reset'));
    at.source.on('close', (hadError) => this.#finish(hadError ? 'reset' : 'fin'));
  }

  /** Replaces what held before. */
  set(conditions: Conditions): void {
    this.#conditions = conditions;
    this.#flow();
    this.#opened();
  }

  /** Sends what waits and then the end, while the other direction goes on. */
  halfClose(): void {
    this.#finish('fin');
  }

  #finish(end: 'fin' | 'reset'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#take({ end, dueMs: this.#dueMs() });
  }

  #take(parcel: Parcel): void {
    this.#queue.push(parcel);
    this.#flow();
    if (!this.#running) void this.#run();
  }

  /** Jitter changes when a parcel comes, never what came before it: it is a stream. */
  #dueMs(): number {
    const { delayMs = 0, jitterMs = 0 } = this.#conditions;
    const lateMs = delayMs + (jitterMs > 0 ? this.#random() * jitterMs : 0);
    this.#lastDueMs = Math.max(this.#lastDueMs, lateMs > 0 ? this.#time.now() + lateMs : 0);
    return this.#lastDueMs;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let parcel = this.#queue[0]; parcel !== undefined; parcel = this.#queue[0]) {
      await this.#wait(parcel.dueMs - this.#time.now());
      await this.#open();
      this.#queue.shift();
      if ('bytes' in parcel) await this.#write(parcel.bytes);
      else if (parcel.end === 'reset') this.#sink.resetAndDestroy();
      else this.#sink.end();
      this.#flow();
    }
    this.#running = false;
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length; ) {
      const { sliceBytes = bytes.length, bytesPerSecond } = this.#conditions;
      const piece = bytes.subarray(start, start + Math.max(1, sliceBytes));
      start += piece.length;
      await this.#open();
      await this.#wait(bytesPerSecond === undefined ? 0 : (piece.length / bytesPerSecond) * 1_000);
      if (this.#sink.destroyed) {
        this.#source.resetAndDestroy();
        return;
      }
      this.byteCount += piece.length;
      await new Promise<void>((resolve) => this.#sink.write(piece, () => resolve()));
    }
  }

  async #open(): Promise<void> {
    while (this.#conditions.blackHole === true) {
      await new Promise<void>((resolve) => {
        this.#opened = resolve;
      });
    }
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#time.after(ms, resolve));
  }

  #flow(): void {
    const waiting = this.#queue.reduce((sum, parcel) => sum + ('bytes' in parcel ? parcel.bytes.length : 0), 0);
    if (this.#conditions.blackHole === true || waiting > MAX_QUEUED_BYTES) this.#source.pause();
    else this.#source.resume();
  }
}
