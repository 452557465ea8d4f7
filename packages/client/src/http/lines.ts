/**
 * Receives what was asked for with `streaming`: a batch whose calls end each as its line comes, in tRPC's JSON lines (PROTOCOL.md P2.17), or
 * from a stage that does not stream, an answer in one piece. Loaded with the first such answer. It knows the lines of our servers:
 * every call's item as a whole, `[POSITION,0,[[ITEM]]]`, behind a first line that says nothing more.
 */

import type { Items } from './flight.js';
import type { Trouble } from './trouble.js';

/** Items by position. */
type Arrived = Record<number, NonNullable<Items>[number]>;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** An answer that has begun, and how it is received. */
export interface Receiving extends Trouble {
  readonly response: Response;
}

/**
 * Never throws.
 *
 * @param recover gets each item as it comes, and what is known in the end
 */
export async function receive(trouble: Receiving, recover: (trouble: Trouble) => void): Promise<void> {
  const { flights, response } = trouble;
  // Some platforms have none: there all comes in one piece.
  const reader = response.body?.getReader();
  let items: Items;
  let text: string | undefined;
  for (const flight of flights) {
    flight.onOver = () => {
      // Not when the last line has ended the last call: the connection is used again.
      if (!items && flights.every(({ calls }) => !calls.size)) reader?.cancel().catch(() => {});
    };
  }
  const take = (item: Arrived, all: Items) => {
    items = all;
    recover({ ...trouble, text: '', items: item as Items, early: true });
  };
  try {
    const pieces = piecesOf(response, reader);
    if (response.headers.get('content-type') === 'application/jsonl') {
      await readLines(pieces, flights.length, take);
      text = '';
    } else {
      let whole = '';
      for await (const piece of pieces) whole += piece;
      text = whole;
      items = JSON.parse(text);
    }
    recover({ ...trouble, text, items });
  } catch (thrown) {
    recover({ ...trouble, text, thrown });
  }
}

/**
 * @param take called with each item alone, and once they are all there, with all of them
 * @throws Error when the answer breaks off, ends too soon or is something else
 */
async function readLines(pieces: AsyncIterable<string>, count: number, take: (item: Arrived, all: Items) => void): Promise<void> {
  const all: Arrived = {};
  let rest = '';
  let left = count + 1;
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      left -= 1;
      if (left === count) continue;
      const [position, , [[item]]] = JSON.parse(line);
      all[position] = item;
      take({ [position]: item }, left ? undefined : (all as Items));
    }
  }
  if (left) throw new Error(`the answer ended before ${left} of ${count} calls`);
}

async function* piecesOf(response: Response, reader: Reader | undefined): AsyncGenerator<string> {
  if (!reader) {
    yield await response.text();
    return;
  }
  const decoder = new TextDecoder();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield decoder.decode(part.value, { stream: true });
}
