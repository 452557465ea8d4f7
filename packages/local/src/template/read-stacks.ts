/** The stacks of an assembly without a stage: for consoles and benchmarks that put questions to IAM alone. */
import type { Environment, ResolvedStack } from '../parts.js';
import { loadAssembly } from './assembly.js';
import { environmentOf, resolveAssembly } from './resolve.js';

/**
 * Reads an assembly. URLs are AWS's.
 *
 * @throws StageError `ASSEMBLY_UNREADABLE`, `TEMPLATE_INVALID`
 */
export async function readStacks(
  directory: string,
): Promise<{ readonly environment: Environment; readonly stacks: readonly ResolvedStack[] }> {
  const assembly = await loadAssembly(directory);
  const environment = environmentOf(assembly);
  return { environment, stacks: resolveAssembly(assembly, { environment, report: () => undefined }) };
}
