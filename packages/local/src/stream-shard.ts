/** The one shard of a table's stream: its id, in AWS's form and the same in every run. */
import { createHash } from 'node:crypto';

export function shardIdOf(streamArn: string): string {
  return `shardId-00000001700000000000-${createHash('sha256').update(streamArn).digest('hex').slice(0, 8)}`;
}
