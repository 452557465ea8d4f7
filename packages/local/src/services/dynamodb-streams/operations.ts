/**
 * The operations of DynamoDB Streams on the one shard that a table's stream has here.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
import type { StreamRecord } from '../../parts.js';
import { shardIdOf } from '../../stream-shard.js';
import type { TableRecord } from '../dynamodb/dynalite.js';
import { dynamoError, validationError } from '../dynamodb/errors.js';
import type { Streams } from '../dynamodb/streams.js';
import { readIterator, writeIterator } from './iterator.js';

type Input = Readonly<Record<string, unknown>>;
type Output = Readonly<Record<string, unknown>>;

export interface StreamsParts {
  readonly streams: Streams;
  /** All tables, with a stream or without. */
  readonly tables: readonly TableRecord[];
  readonly nowMs: number;
}

export interface StreamsOperation {
  /** ARN that the right is on. */
  resource(input: Input, nowMs: number): string;
  run(parts: StreamsParts, input: Input): Promise<Output>;
}

/** A page ends at 1 MB: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const maxPageBytes = 1_048_576;
const maxPageRecords = 1000;

const ofStream = (input: Input): string => text(input, 'StreamArn');

/** Every operation, by name. */
export const STREAMS_OPERATIONS: Readonly<Record<string, StreamsOperation>> = {
  ListStreams: { resource: () => '*', run: async (parts, input) => listStreams(parts, input) },
  DescribeStream: { resource: ofStream, run: async (parts, input) => ({ StreamDescription: await describeStream(parts, input) }) },
  GetShardIterator: { resource: ofStream, run: getShardIterator },
  GetRecords: { resource: (input, nowMs) => readIterator(text(input, 'ShardIterator'), nowMs).streamArn, run: getRecords },
};

function listStreams({ tables }: StreamsParts, input: Input): Output {
  const wanted = input.TableName;
  const limit = number(input, 'Limit', 100);
  const start = String(input.ExclusiveStartStreamArn ?? '');
  const streams = tables
    .filter((table) => table.LatestStreamArn !== undefined && (wanted === undefined || table.TableName === wanted))
    .sort((left, right) => (left.LatestStreamArn! < right.LatestStreamArn! ? -1 : 1))
    .filter((table) => table.LatestStreamArn! > start);
  const page = streams.slice(0, limit);
  const more = streams.length > page.length ? { LastEvaluatedStreamArn: page.at(-1)?.LatestStreamArn } : {};
  return { Streams: page.map(nameOf), ...more };
}

function nameOf(table: TableRecord): Output {
  return { StreamArn: table.LatestStreamArn, TableName: table.TableName, StreamLabel: table.LatestStreamLabel };
}

async function describeStream(parts: StreamsParts, input: Input): Promise<Output> {
  const streamArn = text(input, 'StreamArn');
  const table = tableOf(parts, streamArn);
  const enabled = table.StreamSpecification?.StreamEnabled === true;
  const [oldest] = enabled ? await parts.streams.read(streamArn, '0', 1) : [];
  const range = { StartingSequenceNumber: oldest?.dynamodb.SequenceNumber ?? '100000000000000000000' };
  return {
    ...nameOf(table),
    StreamStatus: enabled ? 'ENABLED' : 'DISABLED',
    StreamViewType: table.StreamSpecification?.StreamViewType,
    KeySchema: table.KeySchema,
    CreationRequestDateTime: Date.parse(`${table.LatestStreamLabel}Z`) / 1000,
    Shards: input.ExclusiveStartShardId === undefined ? [{ ShardId: shardIdOf(streamArn), SequenceNumberRange: range }] : [],
  };
}

async function getShardIterator(parts: StreamsParts, input: Input): Promise<Output> {
  const streamArn = text(input, 'StreamArn');
  tableOf(parts, streamArn);
  const shardId = text(input, 'ShardId');
  if (shardId !== shardIdOf(streamArn)) {
    throw dynamoError('ResourceNotFoundException', `Requested resource not found: Shard: ${shardId} in stream ${streamArn} not found`);
  }
  return { ShardIterator: writeIterator({ streamArn, after: await startOf(parts, streamArn, input) }, parts.nowMs) };
}

async function startOf({ streams }: StreamsParts, streamArn: string, input: Input): Promise<string> {
  const type = text(input, 'ShardIteratorType');
  switch (type) {
    case 'TRIM_HORIZON':
      return '0';
    case 'LATEST':
      return streams.latest(streamArn);
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const sequence = text(input, 'SequenceNumber');
      if (!/^\d{1,40}$/.test(sequence)) throw validationError('Invalid SequenceNumber');
      const [oldest] = await streams.read(streamArn, '0', 1);
      if (oldest !== undefined && BigInt(sequence) < BigInt(oldest.dynamodb.SequenceNumber)) {
        throw dynamoError(
          'TrimmedDataAccessException',
          `The operation attempted to read past the oldest stream record in a shard: ${sequence}`,
        );
      }
      return type === 'AFTER_SEQUENCE_NUMBER' ? sequence : String(BigInt(sequence) - 1n);
    }
    default:
      throw validationError(
        `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, TRIM_HORIZON, LATEST]`,
      );
  }
}

async function getRecords(parts: StreamsParts, input: Input): Promise<Output> {
  const { streamArn, after } = readIterator(text(input, 'ShardIterator'), parts.nowMs);
  const read = await parts.streams.read(streamArn, after, number(input, 'Limit', maxPageRecords));
  const records = firstPage(read);
  const next = records.at(-1)?.dynamodb.SequenceNumber ?? after;
  return { Records: records.map(toWire), NextShardIterator: writeIterator({ streamArn, after: next }, parts.nowMs) };
}

/** As many as 1 MB has room for, one at least. */
function firstPage(records: readonly StreamRecord[]): readonly StreamRecord[] {
  let bytes = 0;
  const end = records.findIndex(({ dynamodb }, index) => {
    bytes += dynamodb.SizeBytes;
    return index > 0 && bytes > maxPageBytes;
  });
  return end < 0 ? records : records.slice(0, end);
}

/** The wire spells the members of `userIdentity` otherwise than Lambda, and has no ARN. */
function toWire({ eventSourceARN: _arn, userIdentity, ...record }: StreamRecord): Output {
  if (userIdentity === undefined) return record;
  return { ...record, userIdentity: { PrincipalId: userIdentity.principalId, Type: userIdentity.type } };
}

function tableOf({ tables }: StreamsParts, streamArn: string): TableRecord {
  const table = tables.find((each) => each.LatestStreamArn === streamArn);
  if (table === undefined) throw dynamoError('ResourceNotFoundException', `Requested resource not found: Stream: ${streamArn} not found`);
  return table;
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  const member = name[0]!.toLowerCase() + name.slice(1);
  throw validationError(`1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`);
}

function number(input: Input, name: string, fallback: number): number {
  const value = input[name] ?? fallback;
  if (Number.isInteger(value) && (value as number) >= 1) return Math.min(value as number, fallback);
  throw validationError(
    `1 validation error detected: Value '${String(value)}' at '${name.toLowerCase()}' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  );
}
