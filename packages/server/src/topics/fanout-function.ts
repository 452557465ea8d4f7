/**
 * The Lambda handler of the topics table's stream (NEW_IMAGE, filter INSERT, ReportBatchItemFailures, parallelization factor 1). Lambda
 * tries a batch again from the first of the returned records on.
 * Source: "Using AWS Lambda with DynamoDB", reporting batch item failures.
 */

import { createFanout, type FanoutParts } from './fanout.js';
import { readStreamRecord, type StreamRecord, type TopicRecord } from './topic-record.js';

export interface FanoutEvent {
  readonly Records: readonly StreamRecord[];
}

export interface FanoutResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Serves batches of the stream; records that say nothing to it are passed over. */
export function createFanoutHandler(parts: FanoutParts): (event: FanoutEvent) => Promise<FanoutResult> {
  const fanout = createFanout(parts);
  return async ({ Records }) => {
    const numbered = Records.flatMap((streamRecord) => {
      const sequenceNumber = streamRecord.dynamodb?.SequenceNumber;
      const record = readable(streamRecord, parts);
      return record && sequenceNumber !== undefined ? [{ sequenceNumber, record }] : [];
    });
    const failed = await fanout(numbered);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** A row that none of our functions wrote must not hold the stream up. */
function readable(streamRecord: StreamRecord, { log }: FanoutParts): TopicRecord | undefined {
  try {
    return readStreamRecord(streamRecord);
  } catch (cause) {
    log.error('a row of the topics table cannot be read and is passed over', { cause });
    return undefined;
  }
}
