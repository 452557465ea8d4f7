/**
 * What a function's answer to a batch of stream records means.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import type { InvokeResult, StreamRecord } from '../parts.js';

/** `failed` carries the index of the first record to repeat; `refused` ran no code. */
export type BatchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly fromIndex: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'too-large' };

/** Reads an answer. @param reportsItemFailures whether the mapping asks for `ReportBatchItemFailures` */
export function readBatchOutcome(result: InvokeResult, records: readonly StreamRecord[], reportsItemFailures: boolean): BatchOutcome {
  switch (result.functionError) {
    case 'Throttled':
    case 'NotFound':
      return { kind: 'refused', reason: result.payload };
    case 'RequestTooLarge':
      return { kind: 'too-large' };
    case 'Unhandled':
    case 'ResponseTooLarge':
      return { kind: 'failed', fromIndex: 0, reason: result.payload };
    case undefined:
      return reportsItemFailures ? readItemFailures(result.payload, records) : { kind: 'done' };
    default:
      return result.functionError satisfies never;
  }
}

/** Nothing, `null` or an empty list is success. An identifier that is no sequence number of the batch fails the whole batch. */
function readItemFailures(payload: string, records: readonly StreamRecord[]): BatchOutcome {
  const answer = JSON.parse(payload) as { batchItemFailures?: unknown } | null;
  const failures = answer?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return { kind: 'failed', fromIndex: 0, reason: `batchItemFailures is no list: ${payload}` };
  if (failures.length === 0) return { kind: 'done' };
  const indexes = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex((record) => record.dynamodb.SequenceNumber === failure?.itemIdentifier),
  );
  const reason = `the function reported ${failures.length} failed records`;
  if (indexes.includes(-1)) return { kind: 'failed', fromIndex: 0, reason: `${reason}, some of them not in the batch: ${payload}` };
  return { kind: 'failed', fromIndex: Math.min(...indexes), reason };
}
