/**
 * The records that destinations get.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#create-destination-invocation-record
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html#services-dynamodb-errors-payload
 */
import type { StreamRecord } from '../parts.js';
import { shardIdOf } from '../stream-shard.js';
import type { FunctionDefinition } from './definition.js';
import type { PoolResult } from './pool.js';

/** One asynchronous event and what came of it. */
export interface EventHistory {
  readonly definition: FunctionDefinition;
  readonly requestId: string;
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  /** Times that the function ran. */
  readonly invokeCount: number;
  /** JSON. */
  readonly payload: string;
  /** Of the last run; absent when the function never ran. */
  readonly result?: PoolResult;
  readonly nowMs: number;
}

/** The record of an asynchronous event, as JSON. */
export function eventRecord({ definition, requestId, condition, invokeCount, payload, result, nowMs }: EventHistory): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: { requestId, functionArn: `${definition.arn}:$LATEST`, condition, approximateInvokeCount: invokeCount },
    requestPayload: JSON.parse(payload) as unknown,
    ...response(result),
  });
}

function response(result: PoolResult | undefined): Record<string, unknown> {
  const responseContext = { statusCode: 200, executedVersion: '$LATEST' };
  if (result?.kind === 'answered') return { responseContext, responsePayload: JSON.parse(result.payload) as unknown };
  if (result?.kind !== 'failed') return {};
  return { responseContext: { ...responseContext, functionError: 'Unhandled' }, responsePayload: result.failure };
}

/** Records of a stream that are given up. */
export interface BatchHistory {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly requestId: string;
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded' | 'MaximumPayloadSizeExceeded';
  readonly invokeCount: number;
  readonly records: readonly StreamRecord[];
  /** Absent for an answer that names failed items. */
  readonly functionError?: string;
  readonly nowMs: number;
}

/** The record of a batch, as JSON: where the records are in the stream, not the records. */
export function batchRecord(history: BatchHistory): string {
  const { functionArn, streamArn, requestId, condition, invokeCount, records, functionError = null, nowMs } = history;
  const arrival = (record: StreamRecord): string =>
    new Date(record.dynamodb.ApproximateCreationDateTime * 1000).toISOString().replace('.000Z', 'Z');
  const first = records[0]!;
  const last = records.at(-1)!;
  return JSON.stringify({
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: invokeCount },
    ...(invokeCount === 0 ? {} : { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError } }),
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: shardIdOf(streamArn),
      startSequenceNumber: first.dynamodb.SequenceNumber,
      endSequenceNumber: last.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
  });
}
