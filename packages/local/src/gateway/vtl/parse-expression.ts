/**
 * Parses the expressions of `#set`, `#if` and method arguments, and the references `$a.b.c(…)[…]`.
 * Operator precedence is Velocity 1.7's: `||`, `&&`, equality, relation, sum, product, `!`. The words `and or not eq ne lt le gt ge` are
 * accepted for the signs. Ranges (`[1..3]`) are refused.
 */
import { parseTemplate } from './parse-template.js';
import type { Scanner } from './scanner.js';
import type { BinaryOperator, Expression, Reference, Step } from './syntax.js';

const LEVELS: readonly (readonly (readonly [pattern: RegExp, operator: BinaryOperator])[])[] = [
  [[/\|\||or\b/y, '||']],
  [[/&&|and\b/y, '&&']],
  [
    [/==|eq\b/y, '=='],
    [/!=|ne\b/y, '!='],
  ],
  [
    [/<=|le\b/y, '<='],
    [/>=|ge\b/y, '>='],
    [/<|lt\b/y, '<'],
    [/>|gt\b/y, '>'],
  ],
  [
    [/\+/y, '+'],
    [/-/y, '-'],
  ],
  [
    [/\*/y, '*'],
    [/\//y, '/'],
    [/%/y, '%'],
  ],
];

/** Parses one expression and leaves the scanner behind it. */
export function parseExpression(scanner: Scanner, level = 0): Expression {
  const operators = LEVELS[level];
  if (!operators) return parseUnary(scanner);
  let left = parseExpression(scanner, level + 1);
  for (;;) {
    scanner.skipSpace();
    const operator = operators.find(([pattern]) => scanner.match(pattern))?.[1];
    if (!operator) return left;
    left = { kind: 'binary', operator, left, right: parseExpression(scanner, level + 1) };
  }
}

/** Parses `$name…`, `$!name…`, `${name…}`; the scanner stands on `$`. Returns `undefined`, and moves nothing, for a lone `$`. */
export function parseReference(scanner: Scanner): { quiet: boolean; reference: Reference } | undefined {
  const opening = scanner.match(/\$(!?)(\{?)(?=[A-Za-z_])/y);
  if (!opening) return undefined;
  const name = readName(scanner);
  const steps: Step[] = [];
  for (let step = parseStep(scanner); step; step = parseStep(scanner)) steps.push(step);
  if (opening[2] && !scanner.take('}')) scanner.fail(`expected "}" after $\{${name}…, got ${JSON.stringify(scanner.peek() || 'the end')}`);
  return { quiet: opening[1] === '!', reference: { name, steps } };
}

function readName(scanner: Scanner): string {
  return scanner.match(/[A-Za-z_][\w-]*/y)?.[0] ?? '';
}

function parseStep(scanner: Scanner): Step | undefined {
  if (scanner.take('[')) {
    const index = parseExpression(scanner);
    scanner.expect(']', 'an index');
    return { kind: 'index', index };
  }
  if (!scanner.match(/\.(?=[A-Za-z_])/y)) return undefined;
  const name = readName(scanner);
  return scanner.take('(') ? { kind: 'call', name, args: parseList(scanner, ')') } : { kind: 'field', name };
}

function parseList(scanner: Scanner, closing: string): Expression[] {
  const items: Expression[] = [];
  scanner.skipSpace();
  if (scanner.take(closing)) return items;
  do {
    items.push(parseExpression(scanner));
    scanner.skipSpace();
    if (scanner.startsWith('..')) scanner.fail('ranges like [1..3] are not supported here; write the items');
  } while (scanner.take(','));
  scanner.expect(closing, 'a list');
  return items;
}

function parseUnary(scanner: Scanner): Expression {
  scanner.skipSpace();
  if (scanner.match(/!(?!=)|not\b/y)) return { kind: 'not', operand: parseUnary(scanner) };
  if (scanner.take('(')) {
    const inner = parseExpression(scanner);
    scanner.expect(')', 'a parenthesis');
    return inner;
  }
  return parseLiteral(scanner);
}

function parseLiteral(scanner: Scanner): Expression {
  const single = scanner.match(/'((?:[^']|'')*)'/y);
  if (single) return { kind: 'literal', value: (single[1] ?? '').replaceAll("''", "'") };
  const double = scanner.match(/"((?:[^"]|"")*)"/y);
  if (double) return interpolated((double[1] ?? '').replaceAll('""', '"'));
  const number = scanner.match(/-?\d+(\.\d+)?/y);
  if (number) return { kind: 'literal', value: Number(number[0]) };
  const word = scanner.match(/(true|false|null)\b/y);
  if (word) return { kind: 'literal', value: word[0] === 'null' ? null : word[0] === 'true' };
  if (scanner.take('[')) return { kind: 'list', items: parseList(scanner, ']') };
  if (scanner.take('{')) return parseMap(scanner);
  const found = parseReference(scanner);
  return found
    ? { kind: 'reference', reference: found.reference }
    : scanner.fail(`expected a value, got ${JSON.stringify(scanner.peek() || 'the end')}`);
}

function interpolated(text: string): Expression {
  return /[$#]/.test(text) ? { kind: 'interpolated', template: parseTemplate(text) } : { kind: 'literal', value: text };
}

function parseMap(scanner: Scanner): Expression {
  const entries: [Expression, Expression][] = [];
  scanner.skipSpace();
  if (scanner.take('}')) return { kind: 'map', entries };
  do {
    const key = parseExpression(scanner);
    scanner.expect(':', 'a map');
    entries.push([key, parseExpression(scanner)]);
    scanner.skipSpace();
  } while (scanner.take(','));
  scanner.expect('}', 'a map');
  return { kind: 'map', entries };
}
