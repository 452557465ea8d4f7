/** A batch of a stream with the faults that hit it. Nothing here is unusual on AWS: deliveries are at least once, and a function may die at any record. */
import type { FaultBoard } from '../faults/board.js';
import type { FaultAt } from '../faults/fault.js';
import type { InvokeResult, StreamRecord } from '../parts.js';

/** A batch that is about to be delivered. */
export interface BatchToDeliver {
  readonly functionName: string;
  readonly records: readonly StreamRecord[];
  /** Waits by the stage's clock, until the mapping is closed at most. */
  readonly pause: (ms: number) => Promise<void>;
  readonly call: (records: readonly StreamRecord[]) => Promise<InvokeResult>;
}

const CRASHED: InvokeResult = {
  statusCode: 200,
  functionError: 'Unhandled',
  payload: JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage: 'Error: Runtime exited with error: exit status 1' }),
};

/** The answer that the mapping sees. Never rejects for a fault. */
export async function deliverWithFaults(faults: FaultBoard, batch: BatchToDeliver): Promise<InvokeResult> {
  const { functionName, records, pause, call } = batch;
  const drawn = faults.draw('batch', { functionName, records });
  const has = (effect: FaultAt<'batch'>['effect']): boolean => drawn.some((fault) => fault.effect === effect);
  const delayMs = drawn.reduce((sum, { effect }) => sum + faults.delayMs(effect), 0);
  if (delayMs > 0) await pause(delayMs);
  if (has('poison')) return CRASHED;
  const ordered = has('shuffle') ? otherOrder(records) : records;
  if (has('half')) {
    await call(ordered.slice(0, Math.ceil(ordered.length / 2)));
    return CRASHED;
  }
  if (has('duplicate')) await call(ordered);
  const result = await call(ordered);
  const reported = drawn.filter(({ effect }) => effect === 'report');
  if (reported.length === 0) return result;
  const failed = records.filter((record) => reported.some((fault) => fault.record?.(record) ?? true));
  const batchItemFailures = failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }));
  return { statusCode: 200, payload: JSON.stringify({ batchItemFailures }) };
}

/** The last key first. Records of one key stay in order, as in the shards of a stream. */
function otherOrder(records: readonly StreamRecord[]): readonly StreamRecord[] {
  const byKey = new Map<string, StreamRecord[]>();
  for (const record of records) {
    const key = partitionOf(record);
    byKey.set(key, [...(byKey.get(key) ?? []), record]);
  }
  return [...byKey.values()].reverse().flat();
}

/** Keys are named in the order of the table's schema: the partition key comes first. */
function partitionOf({ dynamodb }: StreamRecord): string {
  return JSON.stringify(Object.values(dynamodb.Keys)[0]);
}
