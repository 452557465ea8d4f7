/**
 * Event patterns, the filter language of event source mappings: every key of a pattern must match, a list offers alternatives.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 *
 * Operators: exact value, `prefix`, `suffix`, `equals-ignore-case`, `anything-but`, `exists`, `numeric`, and `$or` between keys.
 */
import { StageError } from '../stage-error.js';

/** A pattern made ready. */
export interface EventPattern {
  matches(event: unknown): boolean;
  /** What can never match, in words: a pattern that AWS accepts and that does not do what it looks like. */
  readonly warnings: readonly string[];
}

type Test = (value: unknown) => boolean;

/**
 * Reads a pattern.
 *
 * @throws StageError `TEMPLATE_INVALID` for JSON that is no pattern
 */
export function compilePattern(pattern: unknown): EventPattern {
  const warnings: string[] = [];
  const parsed: unknown = typeof pattern === 'string' ? parse(pattern) : pattern;
  return { matches: compileObject(parsed, { path: '', warnings }), warnings };
}

interface At {
  readonly path: string;
  readonly warnings: string[];
}

function compileObject(pattern: unknown, at: At): Test {
  if (!isObject(pattern)) throw invalid(at, `got ${JSON.stringify(pattern)}, expected an object or a list of alternatives`);
  const tests = Object.entries(pattern).map(([key, part]): Test => {
    const inner = { ...at, path: at.path === '' ? key : `${at.path}.${key}` };
    if (key === '$or') return compileOr(part, inner);
    const test = Array.isArray(part) ? compileAlternatives(part, inner) : compileObject(part, inner);
    const ofMember: Test = (value) => test(isObject(value) ? value[key] : undefined);
    return (value) => (Array.isArray(value) ? value.some(ofMember) : ofMember(value));
  });
  return (value) => tests.every((test) => test(value));
}

function compileOr(parts: unknown, at: At): Test {
  if (!Array.isArray(parts)) throw invalid(at, 'expected a list of patterns');
  const tests = parts.map((part) => compileObject(part, at));
  return (value) => tests.some((test) => test(value));
}

function compileAlternatives(alternatives: readonly unknown[], at: At): Test {
  const tests = alternatives.map((alternative) => compileMatcher(alternative, at));
  return (value) =>
    Array.isArray(value) ? value.some((item) => tests.some((test) => test(item))) : tests.some((test) => test(leaf(value)));
}

/** `exists` and all others look at leaves only: an object in their place counts as absent. */
function leaf(value: unknown): unknown {
  return isObject(value) ? undefined : value;
}

function compileMatcher(matcher: unknown, at: At): Test {
  if (!isObject(matcher)) return (value) => value === matcher;
  const [operator, argument] = Object.entries(matcher)[0] ?? [];
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(text(argument, at));
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(text(argument, at));
    case 'equals-ignore-case':
      return (value) => typeof value === 'string' && value.toLowerCase() === text(argument, at).toLowerCase();
    case 'exists':
      return (value) => (value !== undefined) === argument;
    case 'anything-but': {
      const excluded = (Array.isArray(argument) ? argument : [argument]).map((item) => compileMatcher(item, at));
      return (value) => value !== undefined && !excluded.some((test) => test(value));
    }
    case 'numeric':
      return compileNumeric(argument, at);
    default:
      throw invalid(
        at,
        `unknown operator ${String(operator)}, expected prefix, suffix, equals-ignore-case, anything-but, exists or numeric`,
      );
  }
}

/** `["=", 5]` or `[">", 0, "<=", 5]`. Matches JSON numbers only. */
function compileNumeric(argument: unknown, at: At): Test {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 !== 0) {
    throw invalid(at, `got ${JSON.stringify(argument)}, expected pairs of operator and number`);
  }
  if (/(^|\.)N$/.test(at.path)) at.warnings.push(`numeric never matches at ${at.path}: DynamoDB writes numbers as strings`);
  const pairs = Array.from({ length: argument.length / 2 }, (_pair, index) => [argument[2 * index], argument[2 * index + 1]] as const);
  const tests = pairs.map(([operator, bound]) => compare(operator, bound, at));
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function compare(operator: unknown, bound: unknown, at: At): (value: number) => boolean {
  if (typeof bound !== 'number') throw invalid(at, `got ${JSON.stringify(bound)}, expected a number`);
  switch (operator) {
    case '=':
      return (value) => value === bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      throw invalid(at, `got ${JSON.stringify(operator)}, expected =, <, <=, > or >=`);
  }
}

function parse(pattern: string): unknown {
  try {
    return JSON.parse(pattern);
  } catch (cause) {
    throw new StageError('TEMPLATE_INVALID', `filter pattern is not JSON: got ${pattern}; write it with JSON.stringify`, { cause });
  }
}

function invalid(at: At, problem: string): StageError {
  return new StageError('TEMPLATE_INVALID', `filter pattern, at ${at.path || '(top)'}: ${problem}`);
}

function text(value: unknown, at: At): string {
  if (typeof value === 'string') return value;
  throw invalid(at, `got ${JSON.stringify(value)}, expected a string`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
