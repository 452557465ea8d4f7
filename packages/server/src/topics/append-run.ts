/**
 * Batches as runs: what one transaction can store, and what tells a repetition from another batch. Pure; both logs go by it, so that a
 * batch is cut in the same places whichever log it meets, and when it is published again.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-dynamodb-transactions
 */

import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';

/** A transaction has 100 rows; one is the idempotency key's, also when there is none. */
export const MAX_RUN_EVENTS = 99;

/** A transaction has 4 MB; the rest is for keys and attribute names, under 1 KB a row. */
const MAX_RUN_BYTES = 3_500_000;

const MAX_KEY_LENGTH = 128;

/** How long a publication can be repeated under its key. */
export const IDEMPOTENCY_MS = 24 * 3_600_000;

/** Events in runs, in order; the same ones for the same events. */
export function runsOf(events: readonly string[]): readonly (readonly string[])[] {
  const runs: string[][] = [];
  let bytes = 0;
  for (const event of events) {
    const run = runs.at(-1);
    bytes += Buffer.byteLength(event);
    if (run !== undefined && run.length < MAX_RUN_EVENTS && bytes <= MAX_RUN_BYTES) run.push(event);
    else {
      runs.push([event]);
      bytes = Buffer.byteLength(event);
    }
  }
  return runs;
}

/** The same for the same events, in 43 characters. */
export function digestOf(events: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(events)).digest('base64url');
}

/**
 * Refuses a key that no row could carry.
 *
 * @throws GatewayError BAD_REQUEST
 */
export function checkIdempotencyKey(key: string | undefined): void {
  if (key === undefined || (typeof key === 'string' && key !== '' && key.length <= MAX_KEY_LENGTH)) return;
  throw new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] malformed idempotency key: got ${typeof key === 'string' ? `${key.length} characters` : typeof key}, expected 1 to ${MAX_KEY_LENGTH}`,
  );
}

/** What another batch under a known key is refused with. */
export function keyConflict(topic: string, key: string): GatewayError {
  return new GatewayError(
    'CONFLICT',
    `[CONFLICT] other events were published on ${topic} under the idempotency key "${key}" less than 24 hours ago; use a key per publication`,
  );
}
