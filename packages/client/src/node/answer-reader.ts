/**
 * Takes the answers of one connection out of the bytes that arrive, in pieces of any size. One answer at a time: bytes after it were not
 * asked for, so the connection is not used again.
 *
 *   head ──▶ body of a known length ──────────────────▶ done
 *    │ └───▶ chunk size ⇄ chunk, then trailers ──────▶ done
 *    └─────▶ everything until the connection ends ──▶ done
 *
 * https://www.rfc-editor.org/rfc/rfc9112#section-6.3, https://www.rfc-editor.org/rfc/rfc9112#section-7.1
 */

import { type AnswerHead, bodyLength, readHead } from './answer-head.js';

/** An answer as it came: a coded body is still coded. */
export interface Answer {
  readonly head: AnswerHead;
  readonly body: Buffer;
  /** The connection may carry another request. */
  readonly isReusable: boolean;
}

/** Of a head, a chunk's size or trailers. */
const MAX_HEAD_BYTES = 65_536;

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'trailers';

/** Reads one answer after the other; `begin` before each. */
export class AnswerReader {
  #state: State = 'head';
  #isHead = false;
  #head: AnswerHead | undefined;
  /** Bytes of the body, or of the chunk and its line end, that are to come. */
  #left = 0;
  #parts: Buffer[] = [];
  /** What came of a line that is not complete. */
  #held: Buffer | undefined;

  /** Nothing of the answer has come. */
  get isUntouched(): boolean {
    return this.#state === 'head' && this.#held === undefined;
  }

  /** The next bytes are the answer to a new request. @param isHead to a HEAD request */
  begin(isHead: boolean): void {
    this.#state = 'head';
    this.#isHead = isHead;
    this.#head = undefined;
    this.#parts = [];
    this.#held = undefined;
  }

  /**
   * The answer when it is complete. Keeps no reference to `bytes`.
   *
   * @throws Error for what is no HTTP/1.1
   */
  push(bytes: Buffer): Answer | undefined {
    const input = this.#held ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = undefined;
    let at = 0;
    while (at < input.length || this.#state !== 'head') {
      const next = this.#step(input, at);
      if (next === 'more') return undefined;
      if (next.isDone) return this.#finish(next.at === input.length);
      at = next.at;
    }
    return undefined;
  }

  /** The connection has ended: the answer, if that was its end. */
  end(): Answer | undefined {
    return this.#state === 'until-close' ? this.#finish(false) : undefined;
  }

  #step(input: Buffer, at: number): { readonly at: number; readonly isDone?: boolean } | 'more' {
    switch (this.#state) {
      case 'head': {
        const end = input.indexOf(HEAD_END, at, 'latin1');
        if (end < 0) return this.#hold(input, at);
        return { at: end + HEAD_END.length, isDone: this.#open(readHead(input.toString('latin1', at, end))) };
      }
      case 'length': {
        const taken = this.#take(input, at);
        return taken.at === input.length && this.#left > 0 ? 'more' : { at: taken.at, isDone: true };
      }
      case 'until-close':
        this.#parts.push(Buffer.from(input.subarray(at)));
        return 'more';
      case 'chunk-size': {
        const end = input.indexOf(LINE_END, at, 'latin1');
        if (end < 0) return this.#hold(input, at);
        this.#left = chunkSize(input.toString('latin1', at, end));
        this.#state = this.#left === 0 ? 'trailers' : 'chunk';
        return { at: end + LINE_END.length };
      }
      case 'chunk': {
        const taken = this.#take(input, at);
        if (this.#left > 0 || input.length < taken.at + LINE_END.length) return this.#hold(input, taken.at);
        if (input.toString('latin1', taken.at, taken.at + LINE_END.length) !== LINE_END)
          throw new Error('got a chunk that is longer than its size');
        this.#state = 'chunk-size';
        return { at: taken.at + LINE_END.length };
      }
      case 'trailers': {
        const end = input.indexOf(LINE_END, at, 'latin1');
        if (end < 0) return this.#hold(input, at);
        return { at: end + LINE_END.length, isDone: end === at };
      }
      default:
        return this.#state satisfies never;
    }
  }

  /** Whether the answer ends with this head. Interim answers are passed over: https://www.rfc-editor.org/rfc/rfc9110#section-15.2 */
  #open(head: AnswerHead): boolean {
    if (head.status === 101) throw new Error('got 101 Switching Protocols, expected an answer');
    if (head.status < 200) return false;
    this.#head = head;
    const length = bodyLength(head, this.#isHead);
    if (typeof length === 'number') {
      this.#left = length;
      this.#state = 'length';
      return length === 0;
    }
    this.#state = length === 'chunked' ? 'chunk-size' : length;
    return false;
  }

  #take(input: Buffer, at: number): { readonly at: number } {
    const end = Math.min(input.length, at + this.#left);
    if (end > at) this.#parts.push(Buffer.from(input.subarray(at, end)));
    this.#left -= end - at;
    return { at: end };
  }

  #hold(input: Buffer, at: number): 'more' {
    if (input.length - at > MAX_HEAD_BYTES) throw new Error(`got more than ${MAX_HEAD_BYTES} bytes of fields`);
    if (at < input.length) this.#held = Buffer.from(input.subarray(at));
    return 'more';
  }

  #finish(isAtEnd: boolean): Answer {
    const head = this.#head as AnswerHead;
    const body = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    const isReusable = isAtEnd && head.isKept && !(head.fields.has('transfer-encoding') && head.fields.has('content-length'));
    this.begin(false);
    return { head, body, isReusable };
  }
}

function chunkSize(line: string): number {
  const size = /^([\da-f]{1,12})[ \t]*(?:;|$)/i.exec(line)?.[1];
  if (size === undefined) throw new Error(`got chunk size ${JSON.stringify(line.slice(0, 20))}, expected a hexadecimal number`);
  return Number.parseInt(size, 16);
}
