/**
 * The server inside a SageMaker container: `GET /ping` says whether it is ready, `POST /invocations` classifies. Results are written as they
 * are made, so a streamed invocation gets one piece after the other.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
 *
 * Whatever is sent, it answers with a status and a message and lives on.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Refusal, readTexts, writerFor } from './media.js';
import type { Classify } from './model.js';

/** The largest body that a real-time endpoint passes on: https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html */
const maxBodyBytes = 6 * 1024 * 1024;

/** A server that is not listening yet. */
export function createInferenceServer(classify: Classify): Server {
  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    answer(request, response, classify).catch((error: unknown) => fail(response, error));
  });
  server.on('clientError', (_error, socket) => void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, classify: Classify): Promise<void> {
  const route = `${request.method} ${request.url?.split('?')[0]}`;
  if (route === 'GET /ping') return void response.end();
  if (route !== 'POST /invocations') throw new Refusal(404, `got ${route}, expected GET /ping or POST /invocations`);
  const writer = writerFor(request.headers.accept);
  const texts = readTexts(await readBody(request), request.headers['content-type']);
  response.writeHead(200, { 'content-type': writer.contentType, ...customAttributes(request) });
  response.write(writer.start);
  for (const [index, text] of texts.entries()) {
    if (response.destroyed) return;
    if (!response.write(writer.piece(classify(text), index))) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end(writer.end);
}

/** Callers mark their requests with it and expect it back. */
function customAttributes(request: IncomingMessage): Record<string, string> {
  const value = request.headers['x-amzn-sagemaker-custom-attributes'];
  return typeof value === 'string' ? { 'x-amzn-sagemaker-custom-attributes': value } : {};
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= maxBodyBytes) pieces.push(piece);
  }
  if (bytes > maxBodyBytes) throw new Refusal(413, `got a body of ${bytes} bytes, expected at most ${maxBodyBytes}; send several requests`);
  return Buffer.concat(pieces).toString('utf8');
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const [status, message] = error instanceof Refusal ? [error.status, error.message] : [500, 'the model failed inside'];
  if (status === 500) console.error(error);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ message })}\n`);
}
