/** Resources of a type in all stacks, each with the account and region that its stack is in. */
import type { Environment, ResolvedResource } from '../../parts.js';
import type { ServiceParts } from '../service-module.js';

export interface PlacedResource extends ResolvedResource {
  readonly environment: Environment;
}

export function placedResources({ stacks, environment }: ServiceParts, type: string): PlacedResource[] {
  return stacks.flatMap((stack) =>
    stack.resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({ ...resource, environment: stack.environment ?? environment })),
  );
}
