/**
 * A process that answers every call with the same result at once, each client in its own wire, so that what is measured beside it is the
 * client. Asked, it says how much CPU it has used.
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const ITEM = '{"id":"a","folder":"inbox","title":"A plan","bytes":5,"version":1,"body":"hello"}';
const TRPC_ITEM = `{"result":{"data":${ITEM}}}`;

/** By how the path begins. */
const ANSWERS: readonly (readonly [string, (target: string) => string])[] = [
  // tRPC's wire, which is ours: a batch has its procedures in the path.
  ['/rpc/', (target) => (target.includes('batch=1') ? `[${Array(callsOf(target)).fill(TRPC_ITEM)}]` : TRPC_ITEM)],
  ['/orpc/', () => `{"json":${ITEM},"meta":[]}`],
  ['/rest/', () => ITEM],
];

const server = createServer((request: IncomingMessage, response) => {
  const target = request.url ?? '';
  const body = ANSWERS.find(([path]) => target.startsWith(path))?.[1](target) ?? '';
  request.resume();
  request.on('end', () =>
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'content-length': body.length }).end(body),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit());

function callsOf(target: string): number {
  return target.slice(0, target.indexOf('?')).split(/,|%2C/).length;
}
