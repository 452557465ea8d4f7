/**
 * Sends bytes to a signed URL: by XMLHttpRequest where there is one, because fetch cannot tell how far an upload is, and by fetch elsewhere.
 */

import type { SignedPut } from '@org/gateway-core';
import { alarmOf } from '../alarm.js';
import type { Clock } from '../clock.js';
import type { Fetch } from '../options.js';

/** A connection on which nothing moves for so long is gone. */
const STALLED_MS = 60_000;

/** How bytes travel. */
export interface SendOptions {
  /** Called with the bytes that have left. */
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** @default XMLHttpRequest, else globalThis.fetch */
  readonly fetch?: Fetch | undefined;
}

/** The connection broke: nobody knows what arrived. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The bucket does not take it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** S3's name of the error. */
  readonly reason: string;

  constructor(status: number, body: string) {
    const reason = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? 'no reason given';
    super(`the bucket answered with status ${status}, ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * Resolves when the bucket has it.
 *
 * @throws ConnectionLost, Refused, or the signal's reason
 */
export function sendBytes(request: SignedPut, body: Uint8Array<ArrayBuffer>, options: SendOptions): Promise<void> {
  options.signal.throwIfAborted();
  return options.fetch || !globalThis.XMLHttpRequest ? sendByFetch(request, body, options) : sendByXhr(request, body, options);
}

async function sendByFetch(
  { url, headers }: SignedPut,
  body: Uint8Array<ArrayBuffer>,
  { fetch = globalThis.fetch, signal, onSent }: SendOptions,
): Promise<void> {
  let answer: { readonly status: number; readonly text: string };
  try {
    const response = await fetch(url, { method: 'PUT', headers: settable(headers), body, signal });
    answer = { status: response.status, text: await response.text() };
  } catch (cause) {
    signal.throwIfAborted();
    throw new ConnectionLost('the connection to the bucket was lost', { cause });
  }
  if (answer.status < 200 || answer.status > 299) throw new Refused(answer.status, answer.text);
  onSent(body.length);
}

function sendByXhr({ url, headers }: SignedPut, body: Uint8Array<ArrayBuffer>, { signal, onSent, clock }: SendOptions): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stalled = alarmOf(clock);
    const abort = () => request.abort();
    const watch = () => stalled(STALLED_MS, abort);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(settable(headers))) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      watch();
      onSent(loaded);
    };
    request.onload = () => {
      if (request.status < 200 || request.status > 299) return reject(new Refused(request.status, request.responseText));
      onSent(body.length);
      resolve();
    };
    request.onerror = () => reject(new ConnectionLost('the connection to the bucket was lost'));
    request.onabort = () => reject(signal.aborted ? signal.reason : new ConnectionLost(`nothing moved for ${STALLED_MS} ms`));
    request.onloadend = () => {
      stalled();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort);
    watch();
    // As a Blob it leaves the page's memory, and what watches its network traffic (developer tools, tests) is not sent all of it.
    request.send(new Blob([body]));
  });
}

/** Every client sets the length itself, and browsers refuse it from scripts. */
function settable(headers: SignedPut['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'));
}
