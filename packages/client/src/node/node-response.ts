/** What the client reads of a response. */

import type { AnswerHead } from './answer-head.js';

const BYTE_ORDER_MARK = 0xfeff;

/** An answer that has arrived, with the members of a `Response` that clients of this protocol use. */
export class NodeResponse implements Pick<Response, 'ok' | 'status' | 'url' | 'redirected' | 'text' | 'json' | 'arrayBuffer'> {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly url: string;
  readonly redirected: boolean;
  readonly #body: Buffer;

  constructor({ status, fields }: AnswerHead, body: Buffer, { url, redirected }: { readonly url: string; readonly redirected: boolean }) {
    this.url = url;
    this.redirected = redirected;
    this.ok = status >= 200 && status < 300;
    this.status = status;
    this.headers = { get: (name) => fields.get(name.toLowerCase()) ?? null };
    this.#body = body;
  }

  /** UTF-8. It can be asked for more than once. */
  async text(): Promise<string> {
    const text = this.#body.toString('utf8');
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#body).buffer;
  }
}
