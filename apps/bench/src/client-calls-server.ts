/** A process that answers every call with the same result at once, so that what is measured beside it is the client alone. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ITEM = '{"result":{"data":{"id":"a","folder":"inbox","title":"A plan","bytes":5,"version":1,"body":"hello"}}}';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json', 'content-length': ITEM.length }).end(ITEM));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
