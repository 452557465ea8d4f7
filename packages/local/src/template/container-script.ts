/**
 * What stands for a container image on the stage: `"local-stage:container": { "script": "path" }` in a resource's metadata, a Node.js program
 * with the path from the folder of the assembly.
 */
import { resolve } from 'node:path';
import type { StackTemplate } from './assembly.js';

const KEY = 'local-stage:container';

/** That entry of a resource's metadata with an absolute path; nothing when it has none. */
export function containerScript(stack: StackTemplate, metadata: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const script = (metadata?.[KEY] as { script?: unknown } | undefined)?.script;
  return typeof script === 'string' ? { [KEY]: { script: resolve(stack.directory, script) } } : {};
}
