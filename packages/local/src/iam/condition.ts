/**
 * The `Condition` of a statement: operators, each with keys, each with values. All keys must hold, one of a key's values is enough.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 *
 *   missing key:  a positive operator is false, a negated one true, `…IfExists` true, `ForAllValues:` true, `ForAnyValue:` false
 *   several values in the request and no `For…`: as `ForAnyValue:`, negated operators as `ForAllValues:`; AWS leaves that open
 */
import { type Comparison, findOperator } from './condition-operators.js';
import { compileText, type Lookup } from './policy-text.js';

/** Whether a condition holds for a request. */
export type Condition = (lookup: Lookup) => boolean;

export interface CompiledConditions {
  readonly holds: Condition;
  /** All keys it asks for, in lower case. */
  readonly keys: readonly string[];
}

export interface ConditionSettings {
  readonly hasVariables: boolean;
  /** Makes the error for what cannot be read. */
  readonly malformed: (problem: string) => Error;
}

/** Compiles a `Condition` element; `undefined` always holds. */
export function compileConditions(element: unknown, settings: ConditionSettings): CompiledConditions {
  if (element === undefined) return { holds: () => true, keys: [] };
  if (!isRecord(element)) throw settings.malformed(`got Condition ${JSON.stringify(element)}, expected an object of operators`);
  const compiled = Object.entries(element).flatMap(([operator, keys]) => {
    if (!isRecord(keys)) throw settings.malformed(`got ${operator} ${JSON.stringify(keys)}, expected an object of condition keys`);
    return Object.entries(keys).map(([key, values]) =>
      compileOne({ operator, key: key.toLowerCase(), values: valuesOf(values) }, settings),
    );
  });
  const tests = compiled.map(({ holds }) => holds);
  return { holds: (lookup) => tests.every((holds) => holds(lookup)), keys: compiled.flatMap(({ keys }) => keys) };
}

interface OneCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function compileOne({ operator, key, values }: OneCondition, settings: ConditionSettings): CompiledConditions {
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') {
    return { holds: (lookup) => values.includes(String((lookup(key) ?? []).length === 0)), keys: [key] };
  }
  const found = findOperator(name);
  if (found === undefined) throw settings.malformed(`got condition operator ${operator}, expected one of IAM's`);
  const texts = values.map((value) => compileText(value, settings.hasVariables));
  const comparisons = texts.map((text) => found.compare(text));
  const each = oneValue(comparisons, found.negated);
  const every = quantifier === undefined ? found.negated : quantifier === 'ForAllValues';
  const whenMissing = ifExists !== undefined || every;
  return {
    holds: (lookup) => {
      const present = lookup(key) ?? [];
      if (present.length === 0) return whenMissing;
      return every ? present.every((value) => each(value, lookup)) : present.some((value) => each(value, lookup));
    },
    keys: [key, ...texts.flatMap((text) => text.keys)],
  };
}

function oneValue(comparisons: readonly Comparison[], negated: boolean): Comparison {
  return (value, lookup) => comparisons.some((matches) => matches(value, lookup)) !== negated;
}

function valuesOf(values: unknown): readonly string[] {
  return (Array.isArray(values) ? values : [values]).map(String);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
