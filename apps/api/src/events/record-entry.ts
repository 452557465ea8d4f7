/**
 * Stores an entry of the activity, then announces it.
 */

import type { events } from '@org/gateway-contract';
import type { WorkerContext } from '@org/gateway-server';
import { activityItem, type Entry } from './entry.js';
import type { Activity } from './resources.js';
import { EVERYTHING } from './topic.js';

type ActivityGrant = ReturnType<typeof Activity.allow<['put']>>;

/** Doing it again changes nothing but that it is announced again. */
export async function recordEntry(ctx: WorkerContext<{ readonly activity: ActivityGrant }, typeof events>, entry: Entry): Promise<void> {
  await ctx.activity.put(activityItem(entry));
  await ctx.publish('activity', EVERYTHING, entry);
}
