/**
 * What a function's answer to a batch means, whatever its items are: stream records by sequence number, messages by id.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import type { InvokeResult } from '../parts.js';

/** `partly` names the items that failed; `refused` ran no code. */
export type BatchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'partly'; readonly failedIds: ReadonlySet<string>; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'too-large' };

/**
 * Reads an answer.
 *
 * @param ids of the items of the batch
 * @param reportsItemFailures whether the mapping asks for `ReportBatchItemFailures`
 */
export function readBatchOutcome(result: InvokeResult, ids: readonly string[], reportsItemFailures: boolean): BatchOutcome {
  switch (result.functionError) {
    case 'Throttled':
    case 'NotFound':
      return { kind: 'refused', reason: result.payload };
    case 'RequestTooLarge':
      return { kind: 'too-large' };
    case 'Unhandled':
    case 'ResponseTooLarge':
      return { kind: 'failed', reason: result.payload };
    case undefined:
      return reportsItemFailures ? readItemFailures(result.payload, ids) : { kind: 'done' };
    default:
      return result.functionError satisfies never;
  }
}

/** Nothing, `null` or an empty list is success. An identifier that is none of the batch fails the whole batch. */
function readItemFailures(payload: string, ids: readonly string[]): BatchOutcome {
  const answer = JSON.parse(payload) as { batchItemFailures?: unknown } | null;
  const failures = answer?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return { kind: 'failed', reason: `batchItemFailures is no list: ${payload}` };
  if (failures.length === 0) return { kind: 'done' };
  const named = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const failedIds = new Set(ids.filter((id) => named.includes(id)));
  if (named.some((id) => !failedIds.has(id as string)))
    return { kind: 'failed', reason: `batchItemFailures names what is not in the batch: ${payload}` };
  return { kind: 'partly', failedIds, reason: `the function reported ${failedIds.size} of ${ids.length} as failed` };
}
