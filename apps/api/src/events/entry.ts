/**
 * An entry of the activity as it is stored, and the part of it that callers see.
 */

import type { events } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import { changeKey } from '../change-key.js';
import type { ActivityItem } from './resources.js';

export type Entry = OutputOf<(typeof events)['procedures']['activity']>;

const KEPT_SECONDS = 30 * 86_400;

/** An entry as it is stored. */
export function activityItem(entry: Entry): ActivityItem {
  return {
    ...entry,
    feed: 'all',
    timeKey: changeKey(entry.atMs, entry.id),
    expiresAtSeconds: Math.floor(entry.atMs / 1_000) + KEPT_SECONDS,
  };
}

/** What callers see of it. */
export function entryOf({ id, kind, subject, title, text, atMs }: ActivityItem): Entry {
  return { id, kind, subject, title, text, atMs };
}
