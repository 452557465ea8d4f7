/**
 * The frames of each contestant's protocol, written by hand: what a server says that does nothing else. PROTOCOL.md sections 3.2 to 3.6; socket.io's
 * are https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/.
 */

/** How events are framed. `coalesced`: as many as fit into 32,000 bytes. */
export type Shape = 'plain' | 'gw' | 'coalesced' | 'tracked' | 'socket.io';

/** The answer to every query, 120 bytes of JSON. */
export const ANSWER =
  '{"id":"customer-42","name":"Person number 42 of the list","city":"Frankfurt am Main","createdAt":"2026-11-23T03:47:00.123Z"}';

export const TOPIC = 'documents.changes/bench';

/** Frames of our own client are at most so long. PROTOCOL.md P3.1. */
const MAX_FRAME_BYTES = 32_000;

/** The data of an event, a chat message of some 120 bytes. */
export const eventText = (n: number) =>
  `{"n":${n},"room":"general","author":"Person number 42","text":"Is anybody here who knows how this works?","atMs":1700000000123}`;

export const answerFrame = (id: unknown) => `{"id":${JSON.stringify(id)},"result":{"type":"data","data":${ANSWER}}}`;

/** The start of a subscription after an offset. */
export const startedFrame = (id: unknown, last: number) =>
  `{"id":${JSON.stringify(id)},"result":{"type":"started","id":"e.${last}","gw":{"t":"${TOPIC}","h":"e.${last}","x":[]}}}`;

/** Stock tRPC's. */
export const stockStartedFrame = (id: unknown) => `{"id":${JSON.stringify(id)},"result":{"type":"started"}}`;

/** Pairs of offset and data after `from`, as many as fit. */
function pairs(from: number, to: number, most: number): readonly [text: string, last: number] {
  let text = '';
  let last = from;
  while (last < to && last - from < most) {
    const pair = `[${last + 1},${eventText(last + 1)}]`;
    if (text.length + pair.length > MAX_FRAME_BYTES - 200) break;
    text += `${text && ','}${pair}`;
    last += 1;
  }
  return [text, last];
}

/** The next frame of events after `from`, and the last one it holds. */
export function eventFrame(shape: Shape, id: unknown, from: number, to: number): readonly [frame: string, last: number] {
  const n = from + 1;
  switch (shape) {
    case 'plain':
      return [`{"event":"change","data":${eventText(n)}}`, n];
    case 'tracked':
      return [`{"id":${JSON.stringify(id)},"result":{"type":"data","id":"e.${n}","data":{"id":"e.${n}","data":${eventText(n)}}}}`, n];
    case 'socket.io':
      return [`42["change",${eventText(n)}]`, n];
    case 'gw':
    case 'coalesced': {
      const [text, last] = pairs(from, to, shape === 'gw' ? 1 : Number.POSITIVE_INFINITY);
      return [`{"id":null,"method":"gw.ev","params":{"t":"${TOPIC}","e":"e","x":[${text}]}}`, last];
    }
    default:
      return shape satisfies never;
  }
}

/** The answer to `gw.sync` of a client with one subscription. */
export function syncFrame(n: number, cursors: readonly (readonly [id: unknown, position: string])[], head: number): string {
  const states = cursors.flatMap(([id, position]) => {
    const from = Number(position.split('.')[1]);
    return from < head ? [`[${JSON.stringify(id)},"e.${head}",[${pairs(from, head, Number.POSITIVE_INFINITY)[0]}]]`] : [];
  });
  return `{"id":null,"method":"gw.sync","params":{"n":${n},"s":[${states.join(',')}],"exp":7200000}}`;
}

/** The handshake of engine.io, with pings so rare that there are none, and of a socket.io namespace. */
export const ENGINE_OPEN = '0{"sid":"bench","upgrades":[],"pingInterval":300000,"pingTimeout":300000,"maxPayload":1000000}';
export const NAMESPACE_OPEN = '40{"sid":"bench"}';
export const ackFrame = (id: string) => `43${id}[${ANSWER}]`;
