/**
 * Results over what a function may answer (6 MB): kept in the bucket of payloads and referred to, when the caller says that it follows
 * references and the stage has such a bucket. PROTOCOL.md P2.14. Everybody else is answered PAYLOAD_TOO_LARGE.
 */

import { Buffer } from 'node:buffer';
import { ANSWER_KEPT_SECONDS } from '../large-messages/large-messages.js';
import type { PayloadStore } from '../large-messages/payload-store.js';
import type { RestRequest } from './rest-event.js';

/** What a client fetches at most by reference. PROTOCOL.md P2.14. */
const MAX_REFERRED_BYTES = 52_428_800;

/** The answer of one call. */
export interface Item {
  readonly statusCode: number;
  readonly text: string;
  /** JSON of the result's data, where there is any. */
  readonly data?: string | undefined;
  /** What stands beside it (P2.16), with a comma before. */
  readonly codecs?: string | undefined;
}

/** Whether the caller follows references: `accept: application/json;gw=2`. */
export function followsReferences(request: RestRequest): boolean {
  return /;\s*gw=2\b/.test(request.header('accept') ?? '');
}

/**
 * The items with the largest results referred to, as many as it takes for `fits`; as they were when that cannot be reached.
 *
 * @throws GatewayError SERVICE_UNAVAILABLE when one cannot be kept
 */
export async function referLarge(
  items: readonly Item[],
  payloads: Pick<PayloadStore, 'keep' | 'link'>,
  fits: (items: readonly Item[]) => boolean,
): Promise<readonly Item[]> {
  const smaller = [...items];
  for (const at of largestFirst(items)) {
    const { statusCode, data = '', codecs = '' } = items[at] as Item;
    const ref = await payloads.link(await payloads.keep(data, ANSWER_KEPT_SECONDS));
    smaller[at] = { statusCode, text: `{"result":{"ref":${JSON.stringify(ref)}${codecs}}}` };
    if (fits(smaller)) return smaller;
  }
  return items;
}

/** One item, referred to; as it was when it is too large for that. */
export async function referOne(item: Item, payloads: Pick<PayloadStore, 'keep' | 'link'>): Promise<Item> {
  const [referred = item] = await referLarge([item], payloads, () => true);
  return referred;
}

function largestFirst(items: readonly Item[]): readonly number[] {
  const lengthAt = (at: number) => items[at]?.data?.length ?? 0;
  return [...items.keys()]
    .filter((at) => lengthAt(at) > 0 && Buffer.byteLength(items[at]?.data ?? '') <= MAX_REFERRED_BYTES)
    .sort((one, other) => lengthAt(other) - lengthAt(one));
}
