/**
 * Many clients in one process: plain WebSockets that count. Addresses of the loopback net are taken in turn, because one address has some 28,000
 * ports.
 */

import { WebSocket } from 'ws';
import { answerParent, usage } from './messages.js';

type Question =
  | { readonly kind: 'connect'; readonly port: number; readonly from: number; readonly count: number }
  /** Answered when every client has received so many frames in all. */
  | { readonly kind: 'received'; readonly frames: number }
  | { readonly kind: 'usage' };

/** Handshakes at a time. */
const PARALLEL = 64;

let clients = 0;
let received = 0;
let wanted = Number.POSITIVE_INFINITY;
let lastMs = 0;
let tell = () => {};

function connect(port: number, id: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?id=c${id}`, {
      perMessageDeflate: false,
      localAddress: `127.0.2.${1 + (id % 200)}`,
    });
    socket.once('open', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.terminate());
      resolve();
    });
    socket.once('error', reject);
    socket.on('message', () => {
      received += 1;
      if (received < wanted) return;
      lastMs = now();
      tell();
    });
  });
}

/** Milliseconds of the machine's monotonic clock, the same in every process. */
function now(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

answerParent<Question>(async (question) => {
  switch (question.kind) {
    case 'connect': {
      const { port, from, count } = question;
      let next = from;
      const worker = async () => {
        while (next < from + count) await connect(port, next++);
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      clients += count;
      return { connected: count };
    }
    case 'received':
      wanted = question.frames * clients;
      if (received < wanted) await new Promise<void>((resolve) => (tell = resolve));
      return { lastMs };
    case 'usage':
      return usage();
    default:
      return question satisfies never;
  }
});
