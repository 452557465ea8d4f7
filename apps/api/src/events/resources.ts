/**
 * The buses, and where what they said is kept.
 */

import { documentEvents, fileEvents } from '@org/gateway-contract';
import { bus, table } from '@org/gateway-server/service';
import * as z from 'zod';

/** Facts about a document, in the order they happened. */
export const DocumentEvents = bus('DocumentEvents', documentEvents, { transport: 'sns-sqs', ordered: true });

export const FileEvents = bus('FileEvents', fileEvents, { transport: 'table' });

/** Something that happened. */
const ActivityItem = () =>
  z.object({
    /** Of the message: a repetition is the same entry. */
    id: z.string(),
    /** Always `all`: the partition of the index by time. */
    feed: z.literal('all'),
    /** `atMs` in 15 digits and the id: sorts by time, unique. */
    timeKey: z.string(),
    kind: z.enum(['saved', 'removed', 'noted', 'uploaded']),
    subject: z.string(),
    title: z.string(),
    text: z.string().nullable(),
    atMs: z.int(),
    expiresAtSeconds: z.int(),
  });

export type ActivityItem = z.output<ReturnType<typeof ActivityItem>>;

export const Activity = table('Activity', {
  item: ActivityItem,
  partitionKey: 'id',
  indexes: { byTime: { partitionKey: 'feed', sortKey: 'timeKey' } },
  expiresAt: 'expiresAtSeconds',
});
