/**
 * Reads properties of resolved CloudFormation resources. CloudFormation takes `"5"` for 5 and `"true"` for true, so these readers do too.
 * Every error names the resource, the property, what it got and what it expected.
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';

/** Narrows to a plain object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The resource with this logical id. Throws when it is missing or of another type. */
export function resourceOf(stack: ResolvedStack, logicalId: string, type: string): ResolvedResource {
  const found = stack.resources.find((resource) => resource.logicalId === logicalId);
  if (found?.type === type) return found;
  const known = stack.resources.filter((resource) => resource.type === type).map((resource) => resource.logicalId);
  throw new Error(
    `got ${found ? `${logicalId} of type ${found.type}` : `no resource ${logicalId}`}, expected one of type ${type}; ` +
      `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`,
  );
}

/** All resources of a type whose `property` is `value`: the parts of one API. */
export function partsOf(stack: ResolvedStack, type: string, property: string, value: string): ResolvedResource[] {
  return stack.resources.filter((resource) => resource.type === type && resource.properties[property] === value);
}

/** A required string. */
export function text(resource: ResolvedResource, property: string): string {
  return optionalText(resource, property) ?? wrong(resource, property, 'a string');
}

/** An optional string; a number or boolean becomes its text. */
export function optionalText(resource: ResolvedResource, property: string): string | undefined {
  const value = resource.properties[property];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? wrong(resource, property, 'a string') : String(value);
}

/** An optional number. */
export function optionalNumber(resource: ResolvedResource, property: string): number | undefined {
  const value = optionalText(resource, property);
  if (value === undefined) return undefined;
  return Number.isFinite(Number(value)) ? Number(value) : wrong(resource, property, 'a number');
}

/** A boolean, `false` when absent. */
export function flag(resource: ResolvedResource, property: string): boolean {
  return String(resource.properties[property] ?? false) === 'true';
}

/** A map of strings, empty when absent. */
export function textMap(resource: ResolvedResource, property: string): Readonly<Record<string, string>> {
  const value = resource.properties[property] ?? {};
  if (!isRecord(value)) return wrong(resource, property, 'a map of strings');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

/** A list, empty when absent. */
export function list(resource: ResolvedResource, property: string): readonly unknown[] {
  const value = resource.properties[property] ?? [];
  return Array.isArray(value) ? value : wrong(resource, property, 'a list');
}

/** A nested object seen as a resource, so that the readers above name it in their errors. */
export function nested(resource: ResolvedResource, property: string): ResolvedResource | undefined {
  const value = resource.properties[property];
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) return wrong(resource, property, 'an object');
  return { ...resource, logicalId: `${resource.logicalId}.${property}`, properties: value };
}

/** The objects of a list, seen as resources. */
export function nestedList(resource: ResolvedResource, property: string): ResolvedResource[] {
  return list(resource, property).map((value, index) => {
    if (!isRecord(value)) return wrong(resource, property, 'a list of objects');
    return { ...resource, logicalId: `${resource.logicalId}.${property}[${index}]`, properties: value };
  });
}

function wrong(resource: ResolvedResource, property: string, expected: string): never {
  const value = resource.properties[property];
  throw new Error(`${resource.logicalId} (${resource.type}): ${property} is ${JSON.stringify(value) ?? 'missing'}, expected ${expected}`);
}
