/**
 * The mapping of an index: which fields documents have and how each is indexed. Mappings only grow: a field keeps its type.
 * https://docs.opensearch.org/latest/field-types/ - objects are flattened into dotted fields; `nested`, `join` and the like are not served.
 */
import { analyzerOf } from '../text-index/analyzers.js';
import { DEFAULT_DATE_FORMAT, unknownFormats } from './dates.js';
import { illegalArgument, mappingError, notServed } from './errors.js';
import { type FieldType, type LeafField, PARAMETERS } from './field-types.js';
import { describe, flagOf, isObject, type JsonObject, numberOf } from './json.js';

/** What happens with fields that a document has and the mapping has not. */
export type Dynamic = 'true' | 'false' | 'strict';

type Properties = Record<string, JsonObject>;

/** OpenSearch's limit of `index.mapping.total_fields.limit`. */
const MAX_FIELDS = 1000;

export class Mapping {
  #properties: Properties = {};
  #dynamic: Dynamic = 'true';
  #leaves = new Map<string, LeafField>();

  /** Changes whenever the mapping does. */
  get revision(): object {
    return this.#leaves;
  }

  /** Runs what may add fields; when it throws, the mapping is as before. */
  attempt<TResult>(run: () => TResult): TResult {
    const before = { properties: this.#properties, dynamic: this.#dynamic, leaves: this.#leaves };
    try {
      return run();
    } catch (error) {
      this.#properties = before.properties;
      this.#dynamic = before.dynamic;
      this.#leaves = before.leaves;
      throw error;
    }
  }

  /** The field of a path, `undefined` for objects and unknown ones. */
  leaf(path: string): LeafField | undefined {
    return this.#leaves.get(path);
  }

  leaves(): Iterable<LeafField> {
    return this.#leaves.values();
  }

  /** The field and its multi-fields that take the values of a path in a document. */
  leavesOf(path: string): readonly LeafField[] {
    const definition = this.definition(path);
    if (definition === undefined || definition.properties !== undefined || isObjectType(definition)) return [];
    const names = Object.keys(isObject(definition.fields) ? definition.fields : {});
    return [path, ...names.map((name) => `${path}.${name}`)].map((each) => this.#leaves.get(each)!);
  }

  /** How a path is declared, objects included. */
  definition(path: string): JsonObject | undefined {
    let properties: JsonObject = this.#properties;
    let definition: JsonObject | undefined;
    for (const name of path.split('.')) {
      const next = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (!isObject(next)) return undefined;
      definition = next;
      properties = isObject(next.properties) ? next.properties : {};
    }
    return definition;
  }

  /** What applies to unknown fields below an object; the root is `''`. */
  dynamicOf(path: string): Dynamic {
    const parts = path === '' ? [] : path.split('.');
    for (let length = parts.length; length > 0; length--) {
      const dynamic = this.definition(parts.slice(0, length).join('.'))?.dynamic;
      if (dynamic !== undefined) return String(dynamic) as Dynamic;
    }
    return this.#dynamic;
  }

  /**
   * Adds fields.
   *
   * @throws OpenSearchError `mapper_parsing_exception`, or `illegal_argument_exception` when a field would change; nothing is changed then
   */
  merge(mappings: JsonObject): void {
    const { properties = {}, dynamic, _source, ...others } = mappings;
    if (_source !== undefined) throw notServed('the mapping of _source');
    const [unknown] = Object.keys(others).filter((name) => name !== '_meta');
    if (unknown !== undefined)
      throw mappingError(`Root mapping definition has unsupported parameters:  [${unknown} : ${describe(others[unknown])}]`);
    if (!isObject(properties)) throw mappingError('Expected map for property [properties] but got something else');
    const merged = mergeProperties(this.#properties, properties, '');
    const leaves = new Map<string, LeafField>();
    collectLeaves(merged, '', leaves);
    if (leaves.size > MAX_FIELDS) throw illegalArgument(`Limit of total fields [${MAX_FIELDS}] has been exceeded`);
    if (dynamic !== undefined) this.#dynamic = readDynamic(dynamic);
    this.#properties = merged;
    this.#leaves = leaves;
  }

  /** As `GET /_mapping` shows it. */
  toJson(): JsonObject {
    return {
      ...(this.#dynamic === 'true' ? {} : { dynamic: this.#dynamic }),
      ...(Object.keys(this.#properties).length === 0 ? {} : { properties: this.#properties }),
    };
  }
}

function readDynamic(value: unknown): Dynamic {
  const text = String(value);
  if (text !== 'true' && text !== 'false' && text !== 'strict')
    throw mappingError(`unknown value [${text}] for dynamic; expected true, false or strict`);
  return text;
}

function isObjectType({ type }: JsonObject): boolean {
  return type === undefined || type === 'object';
}

function mergeProperties(present: Properties, added: JsonObject, prefix: string): Properties {
  const merged: Properties = { ...present };
  for (const [name, given] of Object.entries(added)) {
    const path = `${prefix}${name}`;
    if (!isObject(given)) throw mappingError(`Expected map for property [fields] on field [${path}] but got a class ${describe(given)}`);
    if (name === '' || name.includes('.')) throw notServed(`the field name [${path}] in a mapping; nest "properties" instead of dots`);
    if (name === '__proto__') throw mappingError('the field name [__proto__] is not served');
    merged[name] = mergeDefinition(Object.hasOwn(merged, name) ? merged[name] : undefined, given, path);
  }
  return merged;
}

function mergeDefinition(present: JsonObject | undefined, given: JsonObject, path: string): JsonObject {
  if (!isObjectType(given)) checkLeaf(given, path);
  if (present === undefined) return isObjectType(given) ? mergeObject({}, given, path) : given;
  const [before, after] = [present, given].map((each) => (isObjectType(each) ? 'object' : String(each.type)));
  if (before !== after) {
    const clash = before === 'object' || after === 'object';
    throw illegalArgument(
      clash
        ? `can't merge a ${before === 'object' ? 'non object' : 'object'} mapping [${path}] with ${before === 'object' ? 'an object' : 'a non object'} mapping`
        : `mapper [${path}] cannot be changed from type [${before}] to [${after}]`,
    );
  }
  if (before === 'object') return mergeObject(present, given, path);
  for (const name of ['analyzer', 'index', 'format', 'null_value'] as const) {
    if (JSON.stringify(present[name]) !== JSON.stringify(given[name])) {
      throw illegalArgument(
        `Mapper for [${path}] conflicts with existing mapper:\n\tCannot update parameter [${name}] from [${describe(present[name] ?? 'default')}] to [${describe(given[name] ?? 'default')}]`,
      );
    }
  }
  const fields = { ...(present.fields as JsonObject | undefined), ...(given.fields as JsonObject | undefined) };
  return { ...present, ...given, ...(Object.keys(fields).length === 0 ? {} : { fields }) };
}

function mergeObject(present: JsonObject, given: JsonObject, path: string): JsonObject {
  const { properties = {}, dynamic, type: _, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw mappingError(`Mapping definition for [${path}] has unsupported parameters:  [${unknown} : ${describe(others[unknown])}]`);
  if (!isObject(properties)) throw mappingError(`Expected map for property [properties] on field [${path}]`);
  return {
    ...present,
    ...(dynamic === undefined ? {} : { dynamic: readDynamic(dynamic) }),
    properties: mergeProperties((present.properties ?? {}) as Properties, properties, `${path}.`),
  };
}

function checkLeaf(definition: JsonObject, path: string): void {
  const type = String(definition.type);
  if (!Object.hasOwn(PARAMETERS, type)) {
    throw mappingError(
      `No handler for type [${type}] declared on field [${path}] (the local stage serves: object, ${Object.keys(PARAMETERS).join(', ')})`,
    );
  }
  for (const name of Object.keys(definition)) {
    const known: readonly string[] = PARAMETERS[type as FieldType];
    if (!known.includes(name))
      throw mappingError(`unknown parameter [${name}] on mapper [${path}] of type [${type}] (the local stage serves: ${known.join(', ')})`);
  }
  for (const name of ['analyzer', 'search_analyzer']) {
    const analyzer = definition[name];
    if (analyzer !== undefined && analyzerOf(String(analyzer)) === undefined)
      throw mappingError(`analyzer [${describe(analyzer)}] has not been configured in mappings`);
  }
  const [format] = unknownFormats(String(definition.format ?? DEFAULT_DATE_FORMAT));
  if (format !== undefined) throw notServed(`the date format [${format}] of field [${path}]`);
  if (definition.fields !== undefined && !isObject(definition.fields))
    throw mappingError(`expected map for property [fields] on field [${path}]`);
  for (const [name, field] of Object.entries((definition.fields ?? {}) as JsonObject)) {
    if (!isObject(field)) throw mappingError(`illegal field [${name}], only fields can be specified inside fields`);
    checkLeaf(field, `${path}.${name}`);
  }
}

function collectLeaves(properties: JsonObject, prefix: string, leaves: Map<string, LeafField>): void {
  for (const [name, definition] of Object.entries(properties) as [string, JsonObject][]) {
    const path = `${prefix}${name}`;
    if (isObjectType(definition)) {
      collectLeaves((definition.properties ?? {}) as JsonObject, `${path}.`, leaves);
      continue;
    }
    leaves.set(path, leafOf(definition, path));
    collectLeaves((definition.fields ?? {}) as JsonObject, `${path}.`, leaves);
  }
}

function leafOf(definition: JsonObject, path: string): LeafField {
  const analyzer = String(definition.analyzer ?? 'standard');
  return {
    path,
    type: definition.type as FieldType,
    analyzer,
    searchAnalyzer: String(definition.search_analyzer ?? analyzer),
    ignoreAbove: numberOf(definition.ignore_above, 2 ** 31 - 1, 'ignore_above'),
    indexed: flagOf(definition.index, true, 'index'),
    format: String(definition.format ?? DEFAULT_DATE_FORMAT),
    nullValue: definition.null_value,
    ignoreMalformed: flagOf(definition.ignore_malformed, false, 'ignore_malformed'),
  };
}
