/**
 * A committed file that is made from the contract: written by `npm run generate`, compared by the tests and by `--check`. The text is the
 * same on every machine, so a difference means that somebody changed the contract and not the file.
 */

import { readFile, writeFile } from 'node:fs/promises';

/** A file and what should be in it. */
export interface GeneratedFile {
  /** Where it is. */
  readonly url: URL;
  readonly text: string;
}

/** JSON as these files hold it: two spaces, a newline at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes the file whole. */
export async function writeGenerated({ url, text }: GeneratedFile): Promise<void> {
  await writeFile(url, text);
}

/**
 * What is wrong with the file, `undefined` when it is current.
 *
 * @throws Error of the file system, for any trouble but a missing file.
 */
export async function staleness({ url, text }: GeneratedFile): Promise<string | undefined> {
  const name = url.pathname.split('/').at(-1);
  const advice = 'run "node dist/generate.js" in packages/contract (or "pnpm generate") and commit the result';
  const found = await readIfThere(url);
  if (found === undefined) return `[STALE] ${name} is missing; ${advice}`;
  if (found === text) return undefined;
  const line = firstDifference(found.split('\n'), text.split('\n'));
  return `[STALE] ${name} is not what the contract says, from line ${line}; ${advice}`;
}

async function readIfThere(url: URL): Promise<string | undefined> {
  try {
    return await readFile(url, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

function firstDifference(found: readonly string[], expected: readonly string[]): number {
  const index = expected.findIndex((line, at) => line !== found[at]);
  return (index < 0 ? expected.length : index) + 1;
}
