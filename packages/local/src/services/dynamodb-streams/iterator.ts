/**
 * Shard iterators: opaque to clients, for us a stream and the sequence number that was read last. They hold for 15 minutes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
 */
import { dynamoError, validationError } from '../dynamodb/errors.js';

export interface ShardIterator {
  readonly streamArn: string;
  /** Records after this one come next. */
  readonly after: string;
}

const lifetimeMs = 15 * 60_000;

export function writeIterator({ streamArn, after }: ShardIterator, nowMs: number): string {
  return Buffer.from(JSON.stringify([streamArn, after, nowMs])).toString('base64');
}

/** @throws AwsError `ValidationException`, `ExpiredIteratorException` */
export function readIterator(text: string, nowMs: number): ShardIterator {
  const [streamArn, after, madeAtMs] = parse(text);
  if (typeof streamArn !== 'string' || typeof after !== 'string' || typeof madeAtMs !== 'number' || !/^\d+$/.test(after)) {
    throw validationError('Invalid ShardIterator');
  }
  if (nowMs - madeAtMs > lifetimeMs) {
    throw dynamoError('ExpiredIteratorException', 'Iterator expired. The iterator was created more than 15 minutes ago.');
  }
  return { streamArn, after };
}

function parse(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
