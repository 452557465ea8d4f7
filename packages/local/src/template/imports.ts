/**
 * Resources that exist outside of an assembly, and that its functions use by id: a Kendra index, a knowledge base, an endpoint. A template
 * names them in its own metadata, which AWS ignores, so that the stage can play them:
 *
 * ```json
 * "Metadata": { "local-stage:imports": [{ "Type": "AWS::Kendra::Index", "PhysicalId": "11111111-…", "Properties": { "Name": "help" } }] }
 * ```
 *
 * An entry may have a `Metadata` of its own, with what stands for its container.
 */
import type { ResolvedResource } from '../parts.js';
import { StageError } from '../stage-error.js';
import type { StackTemplate } from './assembly.js';
import { containerScript } from './container-script.js';

const KEY = 'local-stage:imports';

/**
 * The resources that a stack's template names as imports.
 *
 * @throws StageError `TEMPLATE_INVALID` for an entry without type or id
 */
export function importedResources(stack: StackTemplate): readonly ResolvedResource[] {
  const listed = stack.template.Metadata?.[KEY] ?? [];
  if (!Array.isArray(listed)) throw malformed(stack, listed);
  return listed.map((entry: Entry, index) => {
    if (typeof entry?.Type !== 'string' || typeof entry.PhysicalId !== 'string') throw malformed(stack, entry);
    return {
      logicalId: `Import${index}`,
      type: entry.Type,
      physicalId: entry.PhysicalId,
      properties: entry.Properties ?? {},
      metadata: containerScript(stack, entry.Metadata),
    };
  });
}

interface Entry {
  readonly Type?: unknown;
  readonly PhysicalId?: unknown;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

function malformed(stack: StackTemplate, got: unknown): StageError {
  return new StageError(
    'TEMPLATE_INVALID',
    `${stack.name}: Metadata.${KEY}: got ${JSON.stringify(got)}, expected a list of { Type, PhysicalId, Properties?, Metadata? }`,
  );
}
