/**
 * Evaluates CloudFormation's intrinsic functions in any value of a template.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 *
 * What a name stands for is the scope's business (stack-scope.ts). `Fn::Transform`, `Fn::ForEach` and `Fn::Cidr` are not known here: a
 * template that uses them is refused with their name.
 */
import { inside, type Place, templateError } from './template-error.js';

/** What names mean in one stack. Every method reports a failure at the given place. */
export interface Scope {
  readonly region: string;
  ref(name: string, place: Place): unknown;
  attribute(logicalId: string, attribute: string, place: Place): unknown;
  condition(name: string, place: Place): boolean;
  mapping(name: string, place: Place): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  importValue(exportName: string, place: Place): unknown;
  stackOutput(stackName: string, outputName: string, place: Place): unknown;
}

/** `AWS::NoValue`: removes the property or list element it stands in. */
export const noValue: unique symbol = Symbol('AWS::NoValue');

/** Replaces every intrinsic in a value. Numbers, booleans and plain strings pass through. */
export function evaluate(value: unknown, scope: Scope, place: Place): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => evaluate(item, scope, inside(place, index))).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    return callIntrinsic(first[0], first[1], { scope, place: inside(place, first[0]) });
  }
  const evaluated = entries.map(([key, item]) => [key, evaluate(item, scope, inside(place, key))] as const);
  return Object.fromEntries(evaluated.filter(([, item]) => item !== noValue));
}

/** Evaluates a condition: a `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, or `{Condition: NAME}`. */
export function evaluateCondition(value: unknown, scope: Scope, place: Place): boolean {
  const [name, argument] = Object.entries((value ?? {}) as object)[0] ?? [];
  const at = { scope, place: inside(place, String(name)) };
  const parts = (): boolean[] => list(argument, at, 1).map((part, index) => evaluateCondition(part, scope, inside(at.place, index)));
  switch (name) {
    case 'Condition':
      return scope.condition(string(argument, at), at.place);
    case 'Fn::Equals': {
      const [left, right] = list(argument, at, 2);
      return comparable(evaluate(left, scope, at.place)) === comparable(evaluate(right, scope, at.place));
    }
    case 'Fn::And':
      return parts().every(Boolean);
    case 'Fn::Or':
      return parts().some(Boolean);
    case 'Fn::Not':
      return !parts()[0];
    default:
      throw templateError(place, `got ${JSON.stringify(value)}, expected a condition function (Fn::Equals, Fn::And, Fn::Or, Fn::Not)`);
  }
}

interface At {
  readonly scope: Scope;
  readonly place: Place;
}

type Intrinsic = (argument: unknown, at: At) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, at) => at.scope.ref(string(argument, at), at.place),
  'Fn::GetAtt': (argument, at) => {
    const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, at, 2);
    const name = attribute.map((part) => string(evaluate(part, at.scope, at.place), at)).join('.');
    return at.scope.attribute(string(logicalId, at), name, at.place);
  },
  'Fn::Join': (argument, at) => {
    const [delimiter, items] = list(argument, at, 2);
    const values = list(evaluate(items, at.scope, inside(at.place, 1)), at, 0);
    return values.map((item) => scalar(item, at)).join(string(delimiter, at));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, at) => {
    const [index, items] = list(argument, at, 2).map((part, position) => evaluate(part, at.scope, inside(at.place, position)));
    const values = list(items, at, 0);
    const position = scalar(index, at);
    const value = /^\d+$/.test(position) ? values[Number(position)] : undefined;
    if (value === undefined) throw templateError(at.place, `got index ${position}, expected 0 to ${values.length - 1}`);
    return value;
  },
  'Fn::Split': (argument, at) => {
    const [delimiter, source] = list(argument, at, 2);
    return scalar(evaluate(source, at.scope, inside(at.place, 1)), at).split(string(delimiter, at));
  },
  'Fn::If': (argument, at) => {
    const [condition, whenTrue, whenFalse] = list(argument, at, 3);
    const holds = at.scope.condition(string(condition, at), at.place);
    return evaluate(holds ? whenTrue : whenFalse, at.scope, inside(at.place, holds ? 1 : 2));
  },
  'Fn::FindInMap': (argument, at) => {
    const [map, top, second, options] = list(argument, at, 3).map((part) => evaluate(part, at.scope, at.place));
    const found = at.scope.mapping(string(map, at), at.place)[string(top, at)]?.[string(second, at)];
    const value = found ?? (options as { DefaultValue?: unknown } | undefined)?.DefaultValue;
    if (value === undefined) {
      throw templateError(at.place, `mapping ${String(map)} has no ${String(top)}.${String(second)}; add it or a DefaultValue`);
    }
    return value;
  },
  'Fn::ImportValue': (argument, at) => at.scope.importValue(scalar(evaluate(argument, at.scope, at.place), at), at.place),
  'Fn::GetStackOutput': (argument, at) => {
    const { StackName, OutputName } = (evaluate(argument, at.scope, at.place) ?? {}) as Record<string, unknown>;
    return at.scope.stackOutput(string(StackName, at), string(OutputName, at), at.place);
  },
  'Fn::Base64': (argument, at) => Buffer.from(scalar(evaluate(argument, at.scope, at.place), at)).toString('base64'),
  'Fn::GetAZs': (argument, at) => {
    const region = scalar(evaluate(argument, at.scope, at.place), at);
    return ['a', 'b', 'c'].map((zone) => `${region === '' ? at.scope.region : region}${zone}`);
  },
  'Fn::Length': (argument, at) => list(evaluate(argument, at.scope, at.place), at, 0).length,
  'Fn::ToJsonString': (argument, at) => JSON.stringify(evaluate(argument, at.scope, at.place)),
  'Fn::Equals': (argument, at) => evaluateCondition({ 'Fn::Equals': argument }, at.scope, at.place),
  'Fn::And': (argument, at) => evaluateCondition({ 'Fn::And': argument }, at.scope, at.place),
  'Fn::Or': (argument, at) => evaluateCondition({ 'Fn::Or': argument }, at.scope, at.place),
  'Fn::Not': (argument, at) => evaluateCondition({ 'Fn::Not': argument }, at.scope, at.place),
};

function callIntrinsic(name: string, argument: unknown, at: At): unknown {
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (intrinsic === undefined) {
    throw templateError(at.place, `unknown intrinsic ${name}, expected one of ${Object.keys(intrinsics).join(', ')}`);
  }
  return intrinsic(argument, at);
}

/** `${Name}`, `${Name.Attribute}` and `${!Literal}`, with an optional map of variables that wins over the names of the stack. */
function substitute(argument: unknown, at: At): string {
  const [template, variables] = Array.isArray(argument) ? list(argument, at, 2) : [argument, {}];
  const own = (variables ?? {}) as Record<string, unknown>;
  return string(template, at).replace(/\$\{(!?)([^}]*)\}/g, (_whole, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    const trimmed = name.trim();
    if (Object.hasOwn(own, trimmed)) return scalar(evaluate(own[trimmed], at.scope, at.place), at);
    const dot = trimmed.indexOf('.');
    const value = dot < 0 ? at.scope.ref(trimmed, at.place) : at.scope.attribute(trimmed.slice(0, dot), trimmed.slice(dot + 1), at.place);
    return scalar(value, at);
  });
}

function list(value: unknown, at: At, atLeast: number): readonly unknown[] {
  if (Array.isArray(value) && value.length >= atLeast) return value;
  throw templateError(at.place, `got ${JSON.stringify(value)}, expected a list${atLeast > 0 ? ` of ${atLeast} or more` : ''}`);
}

function string(value: unknown, at: At): string {
  if (typeof value === 'string') return value;
  throw templateError(at.place, `got ${JSON.stringify(value)}, expected a string`);
}

/** CloudFormation turns numbers and booleans into text where text is wanted. */
function scalar(value: unknown, at: At): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === noValue) return '';
  throw templateError(at.place, `got ${JSON.stringify(value)}, expected a string, number or boolean`);
}

/** `5` equals `"5"`; lists and objects are equal when their texts are. */
function comparable(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
