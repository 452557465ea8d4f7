/** A cloud assembly of one stack, as `cdk synth` would write it, for as long as a benchmark runs. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param files written beside the template, by name */
export async function withAssembly<TResult>(
  template: object,
  run: (folder: string) => Promise<TResult>,
  files: Readonly<Record<string, string>> = {},
): Promise<TResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const stack = {
    type: 'aws:cloudformation:stack',
    environment: 'aws://000000000000/us-east-1',
    properties: { templateFile: 'Bench.template.json' },
  };
  const manifest = { version: '55.0.0', artifacts: { Bench: stack } };
  const all = { ...files, 'manifest.json': JSON.stringify(manifest), 'Bench.template.json': JSON.stringify(template) };
  try {
    for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
