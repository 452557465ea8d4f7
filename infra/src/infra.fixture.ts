/** Templates for tests: the real services with changed settings, and readers that find resources by the name they were given. */

import { services } from '@org/api/services';
import { checkSettings, type StageSettings, settingsFor } from './settings.js';
import { type Resource, type StageTemplates, stageTemplates, type Template, type TemplateOptions, withoutHash } from './templates.js';

/** Synthesizes a stage, with some of its settings changed. */
export function synthesize(
  stage: string,
  changes: Partial<StageSettings> = {},
  options: Partial<Omit<TemplateOptions, 'settings'>> = {},
): StageTemplates {
  return stageTemplates({ services, ...options, settings: checkSettings({ ...settingsFor(stage), ...changes }) });
}

/** Resources of a type, by logical id. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  return Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => Type === type));
}

/** The one resource with this logical id, CDK's hash apart. */
export function resourceNamed(template: Template, name: string): Resource {
  const found = Object.entries(template.Resources).filter(([id]) => withoutHash(id) === name);
  const [, resource] = found[0] ?? [];
  if (resource !== undefined && found.length === 1) return resource;
  throw new Error(
    `expected one resource ${name}, got ${found.length} among ${Object.keys(template.Resources).map(withoutHash).join(', ')}`,
  );
}
