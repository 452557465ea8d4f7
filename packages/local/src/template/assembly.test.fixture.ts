/** Writes small cloud assemblies into temporary folders, for tests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Report, ReportEntry } from '../parts.js';
import type { Assembly, Template } from './assembly.js';

export interface AssemblyFixture {
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Writes a manifest, one template per stack (in the given order, each depending on those before it) and files such as
 * `asset.fn/index.mjs`.
 */
export async function writeAssembly(parts: {
  stacks: Readonly<Record<string, Template>>;
  files?: Readonly<Record<string, string>>;
  environment?: string;
  /** Of single stacks. */
  environments?: Readonly<Record<string, string>>;
}): Promise<AssemblyFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  const names = Object.keys(parts.stacks);
  const artifacts = names.map((name, index) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      environment: parts.environments?.[name] ?? parts.environment ?? 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
      dependencies: names.slice(0, index),
    },
  ]);
  const files = {
    'manifest.json': JSON.stringify({ version: '55.0.0', artifacts: Object.fromEntries(artifacts) }),
    ...Object.fromEntries(names.map((name) => [`${name}.template.json`, JSON.stringify(parts.stacks[name])])),
    ...parts.files,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** An assembly that never was on disk. */
export function assemblyOf(stacks: Readonly<Record<string, Template>>): Assembly {
  const templates = Object.entries(stacks).map(([name, template]) => ({ name, template, assets: new Map(), directory: '/assembly' }));
  return { directory: '/assembly', stacks: templates };
}

/** A report that remembers. */
export function createJournal(): { readonly entries: ReportEntry[]; readonly report: Report } {
  const entries: ReportEntry[] = [];
  return { entries, report: (entry) => void entries.push(entry) };
}
