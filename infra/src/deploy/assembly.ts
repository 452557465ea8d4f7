/** The stacks of a cloud assembly: what would be deployed where. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from '../templates.js';

export interface AssemblyStack {
  readonly stackName: string;
  /** `aws://ACCOUNT/REGION`; either may be unknown. */
  readonly environment: string;
  readonly template: Template;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
}

/** Reads a synthesized folder. */
export async function readAssembly(folder: string): Promise<readonly AssemblyStack[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { readonly artifacts: Record<string, Artifact> };
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return Promise.all(
    stacks.map(async ([id, { environment = '', properties = {} }]) => ({
      stackName: properties.stackName ?? id,
      environment,
      template: JSON.parse(await readFile(join(folder, properties.templateFile ?? `${id}.template.json`), 'utf8')) as Template,
    })),
  );
}
