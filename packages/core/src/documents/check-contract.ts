/**
 * Checks of a contract that need its schemas. `defineContract` must not build them (a Lambda starts with it), so this runs where time
 * does not matter: before documents are generated, and in the contract's own tests. Everything that is wrong is said at once.
 */

import type { AnyContract } from '../dsl/contract.js';
import type { AnyProcedure } from '../dsl/procedure.js';
import type { Route } from '../dsl/route.js';
import type { SchemaSource } from '../dsl/schema.js';
import { wirePaths } from '../dsl/wire-paths.js';
import { inputFields } from './input-fields.js';
import { isFlat, isScalar, type JsonSchema, jsonSchema } from './json-schema.js';
import { parametersOf, procedures } from './walk.js';

/**
 * Builds every schema of a contract and checks that it can cross the wire and that its routes fit their inputs.
 *
 * @throws TypeError that lists every problem, one a line, each with the procedure it belongs to.
 */
export function checkContract(contract: AnyContract): void {
  const problems = procedures(contract).flatMap(({ path, procedure }) => problemsOf(procedure).map((problem) => `${path}: ${problem}`));
  if (problems.length === 0) return;
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  throw new TypeError(`[CONTRACT] the contract has ${count}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
}

function problemsOf(procedure: AnyProcedure): readonly string[] {
  const problems: string[] = [];
  const input = converted('input', procedure.input, 'input', problems);
  converted(procedure.kind === 'subscription' ? 'event' : 'output', procedure.output, 'output', problems);
  if (procedure.kind === 'subscription' && wirePaths(procedure.output) === 'each')
    problems.push('event has a date, bigint or bytes in a choice or a recursive part, where nobody could tell it from a text; move it out');
  for (const [name, { data }] of Object.entries(procedure.errors)) {
    if (wirePaths(data).length > 0)
      problems.push(`data of error ${name} has a date, bigint or bytes, which errors do not carry; use a text`);
    const details = converted(`data of error ${name}`, data, 'output', problems);
    if (procedure.route && hasReferences(details))
      problems.push(`data of error ${name} is recursive or has parts with an id; write it out`);
  }
  if (!procedure.route) return problems;
  problems.push(...methodProblems(procedure, procedure.route));
  if (input === 'broken') return problems;
  if (procedure.input !== undefined && !inputFields(procedure.input)) {
    return [...problems, 'its route fills the fields of an object, but the input is none; use z.object'];
  }
  problems.push(...routeProblems(procedure.route, input));
  return problems;
}

/** The JSON Schema of a source, `undefined` for none, `broken` (and a problem) for one that has no JSON Schema. */
function converted(what: string, source: SchemaSource | undefined, io: 'input' | 'output', problems: string[]) {
  if (source === undefined) return undefined;
  try {
    return jsonSchema(source, io);
  } catch (failure) {
    problems.push(`${what} cannot cross the wire: ${failure instanceof Error ? failure.message : String(failure)}. ${ADVICE[io]}`);
    return 'broken';
  }
}

/** Error data stands inline in the OpenAPI document, where references into itself lead nowhere. */
function hasReferences(schema: JsonSchema | 'broken' | undefined): boolean {
  return JSON.stringify(schema)?.includes('"$ref":') ?? false;
}

const ADVICE = {
  input: 'Take what JSON can carry and decode it with z.codec, or leave the schema out for none.',
  output: 'Give what JSON can carry: no bare transforms, no codec into another type; leave the schema out for none.',
} as const;

function methodProblems({ kind, output }: AnyProcedure, { method, status }: Route): readonly string[] {
  const problems: string[] = [];
  if (kind === 'mutation' && method === 'GET') {
    problems.push('a mutation has a GET route, which caches, crawlers and HEAD requests repeat; use POST or DELETE');
  }
  if (kind === 'query' && method === 'DELETE')
    problems.push('a query has a DELETE route, which says that it removes something; use GET or POST');
  if (status === 204 && output !== undefined) {
    problems.push('its route answers 204, which has no body, but it has an output; use another status or no output');
  }
  return problems;
}

function routeProblems(route: Route, input: JsonSchema | undefined): readonly string[] {
  const problems: string[] = [];
  const fields = input?.properties ?? {};
  const taken = new Map<string, string>();

  const take = (field: string, where: string, fits: (schema: JsonSchema) => boolean, expected: string): void => {
    const schema = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const other = taken.get(field);
    taken.set(field, where);
    if (!schema) problems.push(`${where} fills the field "${field}", which the input does not have`);
    else if (!fits(schema)) problems.push(`${where} fills the field "${field}", expected ${expected}`);
    else if (other !== undefined) problems.push(`${where} and ${other} both fill the field "${field}"`);
  };

  for (const name of parametersOf(route)) {
    take(name, `path parameter {${name}}`, isScalar, TEXT);
    if (Object.hasOwn(fields, name) && !input?.required?.includes(name)) problems.push(`path parameter {${name}} is optional in the input`);
  }
  for (const [header, field] of Object.entries(route.headers)) take(field, `header ${header}`, isScalar, TEXT);
  if (route.body !== undefined) take(route.body, 'the body', ({ type }) => type === 'string', 'a string');

  for (const [field, schema] of Object.entries(fields)) {
    if (!taken.has(field)) problems.push(...remainingProblems(route, field, schema, input?.required?.includes(field) ?? false));
  }
  return problems;
}

const TEXT = 'a string, number, boolean or enum';

/** A field that no parameter, header or body names: the query string carries it, or the JSON body, or nothing does. */
function remainingProblems(route: Route, field: string, schema: JsonSchema, required: boolean): readonly string[] {
  if (route.method !== 'POST') {
    return isFlat(schema) ? [] : [`field "${field}" has to fit a query string, expected ${TEXT}, or an array of those`];
  }
  return route.body !== undefined && required
    ? [`field "${field}" is required, but the whole body is "${route.body}"; map it to a header`]
    : [];
}
