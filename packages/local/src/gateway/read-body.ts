/**
 * Reads a request body whole, refusing it while it still arrives once it is over the limit.
 */
import type { IncomingMessage } from 'node:http';

/** The body, `'too-large'` over the limit, or `'aborted'` when the client went away. */
export type BodyRead = Buffer | 'too-large' | 'aborted';

/** Reads at most `maxBytes`. What follows an oversized body is drained and dropped, so that the answer can still be sent. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve('too-large');
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}
