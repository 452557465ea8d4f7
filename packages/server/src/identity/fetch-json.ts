/**
 * JSON documents of an issuer, over `node:http` and `node:https`: fetch and its classes would cost 33 to 50 ms of a cold start. Redirects are
 * not followed: keys come from where the settings say, or the issuer's own configuration.
 */

import type { IncomingMessage } from 'node:http';

export interface FetchJsonOptions {
  /** For all of it. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export type FetchJson = (url: string, options: FetchJsonOptions) => Promise<unknown>;

/**
 * The document at a URL.
 *
 * @throws Error for another status than 200, a body that is too large or no JSON, and when it takes too long.
 */
export const fetchJson: FetchJson = async (url, { timeoutMs, maxBytes }) => {
  const { get } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  const text = await new Promise<string>((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    // No connection is kept: while Lambda freezes a function the other side closes it.
    const request = get(url, { headers: { accept: 'application/json' }, signal, agent: false }, (response) => {
      readText(response, url, maxBytes).then(resolve, reject);
    });
    request.on('error', (cause) => reject(signal.aborted ? new Error(`[IDENTITY] ${url} took longer than ${timeoutMs} ms`) : cause));
  });
  return JSON.parse(text) as unknown;
};

async function readText(response: IncomingMessage, url: string, maxBytes: number): Promise<string> {
  const { statusCode } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw new Error(`[IDENTITY] ${url} answered ${statusCode}, expected 200`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`[IDENTITY] ${url} answered more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
