/**
 * What is searched for: one counter per day and text, kept for 30 days in the account of those who analyse it.
 */

import type { SearchContext } from './context.js';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const MAX_TEXT = 100;
/** Texts of one day that are looked at. */
const MAX_TEXTS = 1_000;

/** Counts a search. Never rejects: a search is answered whether or not it could be counted. */
export async function countSearch(ctx: SearchContext, text: string): Promise<void> {
  const key = { day: dayOf(ctx.now()), text: text.toLowerCase().replace(/\s+/g, ' ').slice(0, MAX_TEXT) };
  try {
    const expiresAtSeconds = Math.floor(ctx.now() / 1_000) + KEPT_DAYS * (DAY_MS / 1_000);
    await ctx.stats.update(key, { add: { count: 1 }, set: { expiresAtSeconds } });
  } catch (cause) {
    ctx.log.warn('a search was not counted', { cause });
  }
}

/** The texts that were searched for most, over the last days. */
export async function popularSearches(ctx: SearchContext, days: number, limit: number): Promise<{ text: string; count: number }[]> {
  const keys = Array.from({ length: days }, (_, ago) => dayOf(ctx.now() - ago * DAY_MS));
  const pages = await Promise.all(keys.map((day) => ctx.stats.query({ where: { day }, limit: MAX_TEXTS })));
  const counts = new Map<string, number>();
  for (const { text, count } of pages.flatMap(({ items }) => items)) counts.set(text, (counts.get(text) ?? 0) + count);
  const items = [...counts].map(([text, count]) => ({ text, count }));
  return items.sort((one, other) => other.count - one.count || (one.text < other.text ? -1 : 1)).slice(0, limit);
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
