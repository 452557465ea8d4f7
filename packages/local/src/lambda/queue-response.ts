/**
 * What a function's answer to a batch of messages means.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import type { InvokeResult } from '../parts.js';
import type { QueueRecord } from '../services/neighbours.js';

/** `done` carries the messages to delete: all but those that failed. `refused` ran no code. */
export type QueueOutcome =
  | { readonly kind: 'done'; readonly processed: readonly QueueRecord[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'too-large' };

/** Reads an answer. @param reportsItemFailures whether the mapping asks for `ReportBatchItemFailures` */
export function readQueueOutcome(result: InvokeResult, records: readonly QueueRecord[], reportsItemFailures: boolean): QueueOutcome {
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
      return reportsItemFailures ? readItemFailures(result.payload, records) : { kind: 'done', processed: records };
    default:
      return result.functionError satisfies never;
  }
}

/** Nothing, `null` or an empty list is success. An identifier that is no message of the batch fails the whole batch. */
function readItemFailures(payload: string, records: readonly QueueRecord[]): QueueOutcome {
  const answer = JSON.parse(payload) as { batchItemFailures?: unknown } | null;
  const failures = answer?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return { kind: 'failed', reason: `batchItemFailures is no list: ${payload}` };
  const ids = new Set(failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier));
  const known = new Set<unknown>(records.map(({ messageId }) => messageId));
  if ([...ids].some((id) => !known.has(id)))
    return { kind: 'failed', reason: `batchItemFailures names what is not in the batch: ${payload}` };
  return { kind: 'done', processed: records.filter(({ messageId }) => !ids.has(messageId)) };
}
