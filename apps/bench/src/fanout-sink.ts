/**
 * Takes frames as `@connections` does and answers 200, in a process of its own, so that only the sender's CPU is counted. As little as is
 * possible: no parser of HTTP, since what it gets is known.
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { SINK_CERTIFICATE, SINK_KEY } from './fanout-certificate.js';

/** With the headers that API Gateway sends. */
const ANSWER =
  'HTTP/1.1 200 OK\r\nDate: Wed, 01 May 2024 12:00:00 GMT\r\nContent-Length: 0\r\nConnection: keep-alive\r\n' +
  'x-amzn-RequestId: 5f2c7c1a-8a3a-4a8e-9d5b-4b7c2f4e8a11\r\nx-amz-apigw-id: L0SM9cOFvHcCIhw=\r\n\r\n';

function serve(socket: Socket): void {
  let text = '';
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const bodyStart = text.indexOf('\r\n\r\n') + 4;
      if (bodyStart < 4) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < bodyStart + length) return;
      text = text.slice(bodyStart + length);
      socket.write(ANSWER, 'latin1');
    }
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const plain = await listen(createServer(serve));
const secure = await listen(createSecureServer({ key: SINK_KEY, cert: SINK_CERTIFICATE }, serve));
process.send?.({ plain, secure });
process.once('disconnect', () => process.exit());
