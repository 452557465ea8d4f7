/**
 * DynamoDB Streams as one shard per table: every change of an item appends one record, in the same LevelDB batch as the change, in
 * commit order. Records are kept for 24 hours, also across restarts.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html - read through `StreamSource`, and on the wire
 * through services/dynamodb-streams.
 */
import type { Clock, Environment, StreamRecord, StreamSource } from '../../parts.js';
import type { BatchOperation, Item, StreamViewType, TableRecord } from './dynalite.js';
import { dynamoError } from './errors.js';
import { itemSizeBytes, sameItem } from './item-size.js';
import { prefixRange, type Store } from './store.js';

/** How an item changed; the images of a change that was not one are equal. */
export interface ItemChange {
  readonly table: TableRecord;
  /** dynalite's key of the item, without a prefix. */
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface Streams extends StreamSource {
  /** The records of changes, for the batch that makes the changes; hand the batch in without waiting in between. */
  append(changes: readonly ItemChange[], options: { readonly byTtl: boolean }): readonly BatchOperation[];
  /** Wakes the readers of the tables' streams. */
  wake(changes: readonly ItemChange[]): void;
  /** Removes records older than 24 hours. */
  trim(): Promise<void>;
}

const RETENTION_MS = 24 * 60 * 60_000;

/** Sequence numbers have 21 digits, so that they sort as text. */
const FIRST_SEQUENCE = 100_000_000_000_000_000_000n;

const HEAD_KEY = 'stream-head';

export async function openStreams(store: Store, environment: Environment, clock: Clock): Promise<Streams> {
  const head = await store.base.db.get(HEAD_KEY);
  let last = typeof head === 'string' ? BigInt(head) : FIRST_SEQUENCE;
  const watchers = new Map<string, Set<() => void>>();

  function record(change: ItemChange, options: { readonly byTtl: boolean }): BatchOperation[] {
    const { table, before, after } = change;
    if (!table.StreamSpecification?.StreamEnabled || sameItem(before, after)) return [];
    last += 1n;
    const sequence = String(last);
    const value = streamRecord(change, { sequence, region: environment.region, nowMs: clock.now(), byTtl: options.byTtl });
    return [{ type: 'put', key: `stream~${table.TableName}~${sequence}`, value }];
  }

  /** The table of a stream ARN, when the ARN is of its present stream. */
  function tableOf(streamArn: string): TableRecord {
    const name = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
    const table = name === undefined ? undefined : store.findTable(name);
    if (table?.LatestStreamArn !== streamArn) {
      throw dynamoError('ResourceNotFoundException', `Requested resource not found: Stream: ${streamArn} not found`);
    }
    return table;
  }

  return {
    append(changes, options) {
      const records = changes.flatMap((change) => record(change, options));
      return records.length === 0 ? [] : [...records, { type: 'put', key: HEAD_KEY, value: String(last) }];
    },
    wake(changes) {
      for (const arn of new Set(changes.map((change) => change.table.LatestStreamArn ?? '')))
        for (const each of watchers.get(arn) ?? []) each();
    },
    async read(streamArn, afterSequenceNumber, limit) {
      const prefix = `stream~${tableOf(streamArn).TableName}~`;
      // The in-memory database answers in microtasks: a reader that polls would keep the network from ever having its turn.
      await new Promise((resolve) => setImmediate(resolve));
      const records: StreamRecord[] = [];
      for await (const [, value] of store.entries({ gt: prefix + afterSequenceNumber, lt: prefixRange(prefix).lt })) {
        if (records.length >= limit) break;
        // Records of an earlier stream of the table, with another view type, stay until they are trimmed.
        if ((value as StreamRecord).eventSourceARN === streamArn) records.push(value as StreamRecord);
      }
      return records;
    },
    async latest(streamArn) {
      const prefix = `stream~${tableOf(streamArn).TableName}~`;
      for await (const [key] of store.entries({ ...prefixRange(prefix), reverse: true, limit: 1 })) return key.slice(prefix.length);
      return '0';
    },
    watch(streamArn, wake) {
      const set = watchers.get(streamArn) ?? new Set();
      watchers.set(streamArn, set.add(wake));
      return () => void set.delete(wake);
    },
    async trim() {
      const oldest = (clock.now() - RETENTION_MS) / 1000;
      for (const table of store.tables().filter((each) => each.StreamSpecification)) {
        const prefix = `stream~${table.TableName}~`;
        const old: BatchOperation[] = [];
        for await (const [key, value] of store.entries(prefixRange(prefix))) {
          if ((value as StreamRecord).dynamodb.ApproximateCreationDateTime >= oldest) break;
          old.push({ type: 'del', key });
        }
        if (old.length > 0) await store.commits.commit(old);
      }
    },
  };
}

/** `StreamSpecification` and the names of a new stream, for the table's record. */
export function newStream(tableArn: string, viewType: StreamViewType, nowMs: number) {
  const label = new Date(nowMs).toISOString().replace('Z', '');
  return {
    StreamSpecification: { StreamEnabled: true, StreamViewType: viewType },
    LatestStreamLabel: label,
    LatestStreamArn: `${tableArn}/stream/${label}`,
  };
}

interface RecordFacts {
  readonly sequence: string;
  readonly region: string;
  readonly nowMs: number;
  readonly byTtl: boolean;
}

function streamRecord({ table, before, after }: ItemChange, facts: RecordFacts): StreamRecord {
  const viewType = table.StreamSpecification!.StreamViewType;
  const image = after ?? before!;
  const keys = Object.fromEntries(table.KeySchema.map(({ AttributeName }) => [AttributeName, image[AttributeName]!]));
  const newImage = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after : undefined;
  const oldImage = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before : undefined;
  return {
    eventID: facts.sequence.padStart(32, '0'),
    eventName: after ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: facts.region,
    eventSourceARN: table.LatestStreamArn!,
    ...(facts.byTtl && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const }),
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(facts.nowMs / 1000),
      Keys: keys,
      ...(newImage && { NewImage: newImage }),
      ...(oldImage && { OldImage: oldImage }),
      SequenceNumber: facts.sequence,
      SizeBytes: [keys, newImage, oldImage].reduce((sum, each) => sum + (each ? itemSizeBytes(each) : 0), 0),
      StreamViewType: viewType,
    },
  };
}
