/**
 * What a document says about each field of its index, and which fields it brings along: the dynamic mapping.
 * https://docs.opensearch.org/latest/field-types/#dynamic-mapping
 */
import { looksLikeDate } from './dates.js';
import { mappingError, OpenSearchError } from './errors.js';
import { type FieldValue, type LeafField, readValue } from './field-types.js';
import { describe, isObject, type JsonObject } from './json.js';
import type { Mapping } from './mapping.js';

/** Values by the path of their field, multi-fields included. */
export type DocumentValues = ReadonlyMap<string, readonly FieldValue[]>;

/** OpenSearch's `index.mapping.depth.limit`. */
const MAX_DEPTH = 20;

/**
 * Reads a document. Fields that the mapping lacks are added to it, unless it says otherwise.
 *
 * @throws OpenSearchError `mapper_parsing_exception`, `strict_dynamic_mapping_exception`
 */
export function readDocument(source: JsonObject, id: string, mapping: Mapping): DocumentValues {
  const values = new Map<string, FieldValue[]>();
  const reader = { id, mapping, values };
  readObjectValue(reader, source, '');
  return values;
}

/** What is passed down while a document is read. */
interface Reader {
  readonly id: string;
  readonly mapping: Mapping;
  readonly values: Map<string, FieldValue[]>;
}

function readObjectValue(reader: Reader, object: JsonObject, path: string): void {
  if (path.split('.').length > MAX_DEPTH)
    throw mappingError(`Limit of mapping depth [${MAX_DEPTH}] has been exceeded due to object field [${path}]`);
  for (const [name, value] of Object.entries(object)) {
    if (name === '' || name.split('.').includes(''))
      throw mappingError(`field name cannot be an empty string or begin, end or repeat with a dot: [${name}]`);
    readField(reader, value, path === '' ? name : `${path}.${name}`);
  }
}

function readField(reader: Reader, value: unknown, path: string): void {
  if (Array.isArray(value)) {
    for (const item of value) readField(reader, item, path);
    return;
  }
  const definition = reader.mapping.definition(path);
  if (definition === undefined) {
    readUnknown(reader, value, path);
    return;
  }
  const isObjectField = definition.type === undefined || definition.type === 'object';
  if (!isObjectField) {
    for (const field of reader.mapping.leavesOf(path)) readLeaf(reader, field, value);
  } else if (isObject(value)) readObjectValue(reader, value, path);
  else if (value !== null)
    throw mappingError(`object mapping for [${path}] tried to parse field [${path}] as object, but found a concrete value`);
}

function readUnknown(reader: Reader, value: unknown, path: string): void {
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  const parentType = parent === '' ? undefined : reader.mapping.definition(parent)?.type;
  if (parentType !== undefined && parentType !== 'object')
    throw mappingError(
      `Could not dynamically add mapping for field [${path}]. Existing mapping for [${parent}] must be of type object but found [${parentType}].`,
    );
  const dynamic = reader.mapping.dynamicOf(parent);
  if (dynamic === 'strict') {
    const name = path.slice(parent === '' ? 0 : parent.length + 1);
    throw new OpenSearchError(
      'strict_dynamic_mapping_exception',
      `mapping set to strict, dynamic introduction of [${name}] within [${parent || '_doc'}] is not allowed`,
    );
  }
  if (dynamic === 'false' || value === null) return;
  reader.mapping.merge({ properties: nested(path, inferred(value)) });
  readField(reader, value, path);
}

function inferred(value: unknown): JsonObject {
  if (isObject(value)) return { type: 'object', properties: {} };
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'long' : 'float' };
  if (looksLikeDate(String(value))) return { type: 'date' };
  return { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } };
}

/** A definition below the objects of its path. */
function nested(path: string, definition: JsonObject): JsonObject {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  return { [name]: rest.length === 0 ? definition : { properties: nested(rest.join('.'), definition) } };
}

function readLeaf(reader: Reader, field: LeafField, value: unknown): void {
  const given = value ?? field.nullValue;
  if (given === undefined || given === null || !field.indexed) return;
  const read = fieldValue(reader, field, given);
  if (read === undefined || (field.type === 'keyword' && String(read).length > field.ignoreAbove)) return;
  const list = reader.values.get(field.path);
  if (list === undefined) reader.values.set(field.path, [read]);
  else list.push(read);
}

function fieldValue(reader: Reader, field: LeafField, value: unknown): FieldValue | undefined {
  try {
    return readValue(field, value);
  } catch (error) {
    if (field.ignoreMalformed) return undefined;
    throw mappingError(
      `failed to parse field [${field.path}] of type [${field.type}] in document with id '${reader.id}'. Preview of field's value: '${describe(value)}'`,
      { type: 'illegal_argument_exception', reason: (error as Error).message },
    );
  }
}
