/**
 * Rights that a whole run did not need on any of its stages. Each stage of a test's own leaves a note of what it did not need; the shared
 * stage's setup reads them at the end.
 */

import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnusedGrant } from '@org/gateway-local';
import { isOfUses, rightName } from './right-name.js';

/** Leaves a note in a folder. */
export async function noteUnused(folder: string, grants: readonly UnusedGrant[]): Promise<void> {
  await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify(grants.map(rightName)));
}

/** Notes that a run beside others is over; tells whether it is the last one. */
export async function isLastRun(folder: string, runs: number): Promise<boolean> {
  await writeFile(join(folder, `${randomUUID()}.done`), '');
  return (await readdir(folder)).filter((file) => file.endsWith('.done')).length === runs;
}

/** What neither the shared stage needed nor any that left a note and has the right, in words. */
export async function unusedReport(folder: string, grants: readonly UnusedGrant[]): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  const notes = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as readonly string[]));
  const unused = grants.map(rightName).filter((right) => notes.every((note) => note.includes(right)));
  const [declared, others] = [unused.filter(isOfUses), unused.filter((right) => !isOfUses(right))];
  const lines = (rights: readonly string[]) => rights.map((right) => `\n  ${right}`).join('');
  const first = declared.length === 0 ? 'Every right of every uses was needed.' : `Rights of uses that no test needed:${lines(declared)}`;
  return others.length === 0 ? first : `${first}\nThe gateway's own rights that no test needed:${lines(others)}`;
}
