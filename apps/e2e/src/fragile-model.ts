/**
 * A model's container that does what its texts say: `refuse`, `fail`, `babble`, `break off`, `crash`. Any other text is its own label. The
 * stage runs it in place of the classifier; `inference.e2e.ts` sends the texts.
 */

import { createServer, type ServerResponse } from 'node:http';
import { modelPort } from './env.js';

const labelOf = (label: string) => ({ label, probability: 1, all: [{ label, probability: 1 }] });

function answer(texts: readonly string[], response: ServerResponse, asLines: boolean): void {
  if (texts.includes('crash')) process.exit(1);
  if (texts.includes('refuse')) return void response.writeHead(400).end('{"message":"no"}');
  if (texts.includes('fail')) return void response.writeHead(500).end('{"message":"it hurts"}');
  if (texts.includes('babble')) return void response.end('{"labels":"many"}');
  if (!asLines) return void response.end(JSON.stringify({ labels: texts.map(labelOf) }));
  for (const text of texts) {
    if (text === 'break off') return void setImmediate(() => response.destroy());
    response.write(`${JSON.stringify(labelOf(text))}\n`);
  }
  response.end();
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') return void response.end();
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const { texts } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { readonly texts: readonly string[] };
  const asLines = request.headers.accept?.includes('lines') === true;
  response.setHeader('content-type', asLines ? 'application/jsonlines' : 'application/json');
  answer(texts, response, asLines);
});
server.listen(modelPort());
