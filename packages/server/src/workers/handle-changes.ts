/**
 * A table's changes: each one read, checked by the schema and given to the handler, those of one item in order. A record that no handler
 * could ever be given is logged and passed over: the shard behind it must not wait for it until it expires.
 */

import { checkItem } from '../resources/stored-item.js';
import type { TableChanges } from '../service/table.js';
import { type BatchRecord, type BatchResult, batchResult, runBatch } from './run-batch.js';
import { itemOfImage, type StreamEvent, type StreamRecord } from './stream-event.js';
import { type WorkerParts, workerContext } from './worker-parts.js';
import type { Change, ChangeHandler, WorkerFacts } from './worker-types.js';

type AnyChange = Change<unknown>;

/** Works a batch off. Lambda comes again from the first record that failed. */
export async function handleChanges(
  parts: WorkerParts,
  source: TableChanges<unknown>,
  { event, requestId }: { readonly event: StreamEvent; readonly requestId: string },
): Promise<BatchResult> {
  const handler = parts.implementation.handler as ChangeHandler<unknown, WorkerFacts>;
  const ctx = workerContext(parts, requestId);
  const record = (streamRecord: StreamRecord): BatchRecord[] => {
    const { SequenceNumber: sequenceNumber, Keys } = streamRecord.dynamodb ?? {};
    if (sequenceNumber === undefined) return [];
    const run = async () => {
      const change = await changeOf(parts, source, streamRecord);
      if (change) await handler({ change, sequenceNumber, ctx });
    };
    return [{ id: sequenceNumber, lane: JSON.stringify(Keys), run }];
  };
  const failures = await runBatch(event.Records.flatMap(record), {
    stopsAll: true,
    failed: ({ id, lane }, cause) =>
      parts.log.error('a change could not be worked off and will come again', { requestId, sequenceNumber: id, keys: lane, cause }),
  });
  return batchResult(failures.slice(0, 1));
}

/** Undefined for a record that is passed over. */
async function changeOf(
  { log }: WorkerParts,
  source: TableChanges<unknown>,
  { eventName, dynamodb }: StreamRecord,
): Promise<AnyChange | undefined> {
  const { NewImage, OldImage, SequenceNumber } = dynamodb ?? {};
  const itemOf = async (image: Readonly<Record<string, unknown>> | undefined) => {
    if (image === undefined) return undefined;
    try {
      return await checkItem(source, itemOfImage(image), 'read');
    } catch (cause) {
      log.error('an image in a change does not fit its schema', { eventName, sequenceNumber: SequenceNumber, cause });
      return undefined;
    }
  };
  const item = await itemOf(eventName === 'REMOVE' ? OldImage : NewImage);
  if (item !== undefined) return eventName === 'REMOVE' ? { kind: 'remove', item } : { kind: 'put', item, before: await itemOf(OldImage) };
  log.error('a change that cannot be read is passed over', { eventName, sequenceNumber: SequenceNumber });
  return undefined;
}
