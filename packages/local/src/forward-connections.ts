/**
 * `@connections` calls that arrive at the AWS endpoint. A management API client that was given no endpoint takes `AWS_ENDPOINT_URL` and
 * posts to `/@connections/ID`: the call goes on to the WebSocket API as it is, host header included, so its signature still fits.
 */
import { request as httpRequest } from 'node:http';
import type { WireHandler, WireResponse } from './wire/wire-handler.js';

/** A handler for the signing name `execute-api`. @param origin `http://127.0.0.1:PORT` of the WebSocket API, `undefined` without one */
export function createConnectionsForwarder(origin: () => string | undefined): WireHandler {
  return async ({ method, url, headers, body }) => {
    const target = origin();
    if (target === undefined) {
      const message = 'no WebSocket API in this assembly';
      return { statusCode: 404, headers: { 'x-amzn-errortype': 'NotFoundException' }, body: JSON.stringify({ message }) };
    }
    return new Promise<WireResponse>((resolve, reject) => {
      const outgoing = httpRequest(`${target}${url}`, { method, headers: { ...headers, connection: 'close' } }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const errorType = incoming.headers['x-amzn-errortype'];
          resolve({
            statusCode: incoming.statusCode ?? 502,
            headers: {
              'content-type': incoming.headers['content-type'] ?? 'application/json',
              ...(typeof errorType === 'string' ? { 'x-amzn-errortype': errorType } : {}),
            },
            body: Buffer.concat(chunks),
          });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}
