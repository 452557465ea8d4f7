/**
 * Packs the published packages and looks at the tarballs as an installing program would: publint (https://publint.dev/rules), "are the
 * types wrong" in its profile for packages that are ESM only (https://github.com/arethetypeswrong/arethetypeswrong.github.io), and rules
 * of our own. Both tools run in this process, because each start of theirs costs seconds.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, type Package, type Problem, type ResolutionKind } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { openTarball, type PackedPackage, packAll } from './pack.js';
import { brokenRules } from './package-rules.js';
import { entryPoints } from './workspace.js';

/** What one package's tarball lacks. */
export interface PackageVerdict {
  readonly name: string;
  /** How many files are packed. */
  readonly files: number;
  /** One sentence each, with the tool that said it. */
  readonly problems: readonly string[];
}

/** Packs all published packages into a temporary folder, and judges each. */
export async function checkPackages(): Promise<readonly PackageVerdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-pack-'));
  try {
    const verdicts: PackageVerdict[] = [];
    for (const packed of await packAll(folder)) verdicts.push(await judge(packed));
    return verdicts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Judges one tarball. */
export async function judge(packed: PackedPackage): Promise<PackageVerdict> {
  const contents = await openTarball(packed.tarball);
  const root = `/node_modules/${contents.packageName}/`;
  const names = contents.listFiles().map((file) => file.slice(root.length));
  const problems = [
    ...brokenRules({ names, read: (name) => contents.readFile(root + name) }).map((problem) => `gateway: ${problem}`),
    ...(await publintProblems(packed)).map((problem) => `publint: ${problem}`),
    ...(await typeProblems(packed, contents)).map((problem) => `attw: ${problem}`),
  ];
  return { name: contents.packageName, files: names.length, problems };
}

async function publintProblems({ tarball }: PackedPackage): Promise<readonly string[]> {
  const bytes = await readFile(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

/** What `attw --profile esm-only` looks at: not how CommonJS and TypeScript's oldest resolution see the package. */
const JUDGED: readonly ResolutionKind[] = ['node16-esm', 'bundler'];

async function typeProblems({ manifest }: PackedPackage, contents: Package): Promise<readonly string[]> {
  const result = await checkPackage(contents, { entrypoints: entryPoints(manifest).map(({ subpath }) => subpath) });
  if (result.types === false) return ['no types are packed'];
  return result.problems.filter(isJudged).map((problem) => JSON.stringify(problem));
}

function isJudged(problem: Problem): boolean {
  if ('resolutionKind' in problem) return JUDGED.includes(problem.resolutionKind);
  if ('resolutionOption' in problem) return problem.resolutionOption !== 'node10';
  return true;
}
