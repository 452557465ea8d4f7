/** Compares reports with the files that are committed, and writes them. A report of a subpath that is no longer published has no place. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApiReport } from './api-reports.js';
import { publishedPackages } from './workspace.js';

/** What is not as it should be in the repository, one sentence each; empty when all reports are current. */
export async function staleReports(root: string, reports: readonly ApiReport[]): Promise<readonly string[]> {
  const advice = 'run "npm run generate", read the difference, and commit it';
  const stale = await Promise.all(
    reports.map(async ({ path, text }) => {
      const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
      if (found === undefined) return [`[STALE] ${path} is missing; ${advice}`];
      if (found === text) return [];
      return [`[STALE] ${path} is not what the declarations say, from line ${firstDifference(found, text)}; ${advice}`];
    }),
  );
  const left = (await leftReports(root, reports)).map((path) => `[STALE] ${path} describes a subpath that is not published; ${advice}`);
  return [...stale.flat(), ...left];
}

/** Writes all reports and removes those that have no place any more. */
export async function writeReports(root: string, reports: readonly ApiReport[]): Promise<void> {
  for (const path of await leftReports(root, reports)) await rm(join(root, path));
  for (const { path, text } of reports) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function leftReports(root: string, reports: readonly ApiReport[]): Promise<readonly string[]> {
  const current = new Set(reports.map(({ path }) => path));
  const found = await Promise.all(
    (await publishedPackages(root)).map(async ({ folder }) => {
      const names = await readdir(join(root, 'packages', folder, 'api')).catch(() => []);
      return names.map((name) => `packages/${folder}/api/${name}`);
    }),
  );
  return found.flat().filter((path) => !current.has(path));
}

function firstDifference(found: string, expected: string): number {
  const [old, fresh] = [found.split('\n'), expected.split('\n')];
  const index = fresh.findIndex((line, at) => line !== old[at]);
  return (index < 0 ? fresh.length : index) + 1;
}
