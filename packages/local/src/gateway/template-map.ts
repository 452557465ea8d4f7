/**
 * Mapping templates by media type or key, as resources hold them: compiled when the stage starts, so that an unsupported directive stops it
 * there and not in the middle of a request.
 */
import type { ResolvedResource } from '../parts.js';
import { compileTemplate, type MappingTemplate } from './mapping-template.js';
import { textMap } from './properties.js';

/** Compiles a map of templates keyed by media type. */
export function readTemplates(resource: ResolvedResource, property: string): ReadonlyMap<string, MappingTemplate> {
  return new Map(
    Object.entries(textMap(resource, property)).map(([mediaType, template]) => [
      mediaType.toLowerCase(),
      compileTemplate(template, `${resource.logicalId}.${property}["${mediaType}"]`),
    ]),
  );
}
