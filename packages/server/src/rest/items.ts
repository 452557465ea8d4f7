/**
 * The answer of one call as JSON: an item of a batch, or a whole answer. What JSON cannot carry (a bigint) fails that call alone.
 */

import type { FunctionParts } from '../execute/function-parts.js';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import { followsReferences, type Item, referOne } from './large-results.js';
import { type RestRequest, traceIdOf } from './rest-event.js';
import { errorBody, isTooLarge } from './rest-result.js';

const TOO_LARGE = 'the result is larger than the 6 MB that one call may answer; ask for less';

/** Makes the items of a function's answers. */
export interface ItemMaker {
  itemOf(request: RestRequest, outcome: Outcome, path: string): Item;
  /** Of a call whose item travels alone: no larger than an answer may be (P2.14). Never rejects. */
  itemAlone(request: RestRequest, call: Promise<Outcome>, path: string): Promise<Item>;
}

export function itemMaker({ log, payloads }: Pick<FunctionParts, 'log' | 'payloads'>): ItemMaker {
  const itemOf: ItemMaker['itemOf'] = (request, outcome, path) => {
    try {
      if (outcome.ok) {
        const data = JSON.stringify(outcome.data) as string | undefined;
        const codecs = outcome.codecs ? `,"codecs":${JSON.stringify(outcome.codecs)}` : '';
        return { statusCode: 200, text: data === undefined ? '{"result":{}}' : `{"result":{"data":${data}${codecs}}}`, data, codecs };
      }
      const { statusCode, json } = errorBody({ ...sourceOf(request), ...outcome.error });
      return { statusCode, text: JSON.stringify(json) };
    } catch (cause) {
      return itemOf(request, failureOf(cause, path, request.requestId, log), path);
    }
  };
  const itemAlone: ItemMaker['itemAlone'] = async (request, call, path) => {
    try {
      const item = itemOf(request, await call, path);
      if (!isTooLarge(item.text)) return item;
      const smaller = payloads && followsReferences(request) ? await referOne(item, payloads) : item;
      return isTooLarge(smaller.text) ? itemOf(request, failure('PAYLOAD_TOO_LARGE', TOO_LARGE, { path }), path) : smaller;
    } catch (cause) {
      return itemOf(request, failureOf(cause, path, request.requestId, log), path);
    }
  };
  return { itemOf, itemAlone };
}

/** What finds the request in logs and traces. */
export function sourceOf(request: RestRequest): { readonly requestId: string; readonly traceId: string | undefined } {
  return { requestId: request.requestId, traceId: traceIdOf(request) };
}
