/**
 * Reads the streams of tables at the endpoint that stands in, for event source mappings. Shards are read one after the other in order of
 * their sequence numbers, which are taken to grow from shard to shard: of several shards that are open at the same time, records may be
 * passed over. Local stand-ins have one open shard per table.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
import type { StreamRecord, StreamSource } from '../parts.js';
import { AwsError } from '../wire/aws-error.js';
import { callJson, type Json } from './json-call.js';
import { pollBy, type StandInParts } from './parts.js';

interface Shard {
  readonly ShardId: string;
  readonly SequenceNumberRange: { readonly StartingSequenceNumber?: string; readonly EndingSequenceNumber?: string };
}

/** A record as the wire has it. */
type WireStreamRecord = Omit<StreamRecord, 'eventSourceARN' | 'userIdentity'> & {
  readonly userIdentity?: { readonly PrincipalId: string; readonly Type: string };
};

interface Page {
  readonly records: readonly WireStreamRecord[];
  /** Absent at the end of a closed shard. */
  readonly next?: string;
}

/** Where a reader goes on without looking for its place again. Iterators hold for minutes, so few are worth keeping. */
const maxPlaces = 100;
const pageRecords = 1000;

export function createStreamReader({ standIn, clock, environment }: StandInParts): StreamSource {
  const { client, arns } = standIn;
  /** Iterators by stream and the sequence number that comes before. */
  const places = new Map<string, string>();
  const call = (operation: string, input: Json): Promise<Json> =>
    callJson(client, { service: 'dynamodb', target: `DynamoDBStreams_20120810.${operation}`, input });

  function keep(streamArn: string, after: string, iterator: string | undefined): void {
    if (iterator === undefined) return;
    places.delete(`${streamArn} ${after}`);
    places.set(`${streamArn} ${after}`, iterator);
    if (places.size > maxPlaces) places.delete(places.keys().next().value!);
  }

  async function shardsOf(streamArn: string): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let start: string | undefined;
    do {
      const input = { StreamArn: arns.toTheirs(streamArn), ...(start === undefined ? {} : { ExclusiveStartShardId: start }) };
      const { Shards = [], LastEvaluatedShardId } = (await call('DescribeStream', input)).StreamDescription as {
        Shards?: readonly Shard[];
        LastEvaluatedShardId?: string;
      };
      shards.push(...Shards);
      start = LastEvaluatedShardId;
    } while (start !== undefined);
    return shards.sort((left, right) => (startOf(left) < startOf(right) ? -1 : 1));
  }

  async function iteratorAt(streamArn: string, shard: Shard, after: string): Promise<string> {
    const place = { StreamArn: arns.toTheirs(streamArn), ShardId: shard.ShardId };
    if (after !== '0' && BigInt(after) >= startOf(shard)) {
      try {
        const input = { ...place, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
        return String((await call('GetShardIterator', input)).ShardIterator);
      } catch (error) {
        // What was read last is older than what the stream keeps: the oldest it has comes next.
        if (!(error instanceof AwsError) || error.code !== 'TrimmedDataAccessException') throw error;
      }
    }
    return String((await call('GetShardIterator', { ...place, ShardIteratorType: 'TRIM_HORIZON' })).ShardIterator);
  }

  async function page(iterator: string, limit: number): Promise<Page> {
    const { Records = [], NextShardIterator } = await call('GetRecords', { ShardIterator: iterator, Limit: Math.min(limit, pageRecords) });
    const next = typeof NextShardIterator === 'string' ? { next: NextShardIterator } : {};
    return { records: Records as readonly WireStreamRecord[], ...next };
  }

  /** The first records after a place, and the iterator behind them. */
  async function readOn(streamArn: string, after: string, limit: number): Promise<Page> {
    const kept = places.get(`${streamArn} ${after}`);
    if (kept !== undefined) {
      const found = await page(kept, limit).catch(() => undefined);
      if (found?.next !== undefined || (found?.records.length ?? 0) > 0) return found!;
      places.delete(`${streamArn} ${after}`);
    }
    let last: Page = { records: [] };
    for (const shard of (await shardsOf(streamArn)).filter((each) => endOf(each) === undefined || endOf(each)! > BigInt(after))) {
      last = await page(await iteratorAt(streamArn, shard, after), limit);
      // A page of a closed shard may be empty with more behind it.
      while (last.records.length === 0 && last.next !== undefined && endOf(shard) !== undefined) last = await page(last.next, limit);
      if (last.records.length > 0) break;
    }
    return last;
  }

  async function read(streamArn: string, after: string, limit: number): Promise<readonly StreamRecord[]> {
    const { records, next } = await readOn(streamArn, after, limit);
    keep(streamArn, records.at(-1)?.dynamodb.SequenceNumber ?? after, next);
    return records.map((record) => toRecord(record, streamArn, environment.region));
  }

  return {
    read,
    async latest(streamArn) {
      let last = '0';
      for (let found = await read(streamArn, last, pageRecords); found.length > 0; found = await read(streamArn, last, pageRecords)) {
        last = found.at(-1)!.dynamodb.SequenceNumber;
      }
      return last;
    },
    watch: (_streamArn, wake) => pollBy(clock, wake),
  };
}

function startOf({ SequenceNumberRange: { StartingSequenceNumber = '0' } }: Shard): bigint {
  return BigInt(StartingSequenceNumber);
}

function endOf({ SequenceNumberRange: { EndingSequenceNumber: end } }: Shard): bigint | undefined {
  return end === undefined ? undefined : BigInt(end);
}

/** Lambda spells the members of `userIdentity` otherwise than the wire, and adds the ARN. */
function toRecord({ userIdentity, ...record }: WireStreamRecord, streamArn: string, awsRegion: string): StreamRecord {
  const byTtl = userIdentity === undefined ? {} : { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const };
  return { ...record, awsRegion, eventSourceARN: streamArn, ...byTtl };
}
