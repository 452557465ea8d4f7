/**
 * A check that dynalite lacks: `<`, `<=`, `>`, `>=` and BETWEEN take strings, numbers and binaries only. A literal of another type
 * is an error of the expression, not a comparison that is false.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
import { validationError } from './errors.js';

const ORDERING = new Set(['<', '<=', '>', '>=', 'between']);
const ORDERED_TYPES = new Set(['S', 'N', 'B']);

/** Parsed expressions as dynalite leaves them in the request. */
const EXPRESSIONS = { _condition: 'ConditionExpression', _filter: 'FilterExpression', _keyCondition: 'KeyConditionExpression' };

interface Expression {
  readonly type?: string;
  readonly name?: string;
  readonly args?: readonly unknown[];
}

/** Throws a `ValidationException` for the first literal that cannot be ordered. */
export function checkOperandTypes(data: Readonly<Record<string, unknown>>): void {
  for (const [member, expressionName] of Object.entries(EXPRESSIONS)) {
    const parsed = data[member] as { readonly expression?: Expression } | undefined;
    if (parsed?.expression) checkExpression(parsed.expression, expressionName);
  }
}

function checkExpression(expression: Expression, expressionName: string): void {
  const operator = (expression.type === 'function' ? expression.name : expression.type) ?? '';
  for (const argument of expression.args ?? []) {
    if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) continue;
    if ('type' in argument) checkExpression(argument as Expression, expressionName);
    else if (ORDERING.has(operator)) checkLiteral(argument, operator, expressionName);
  }
}

function checkLiteral(literal: object, operator: string, expressionName: string): void {
  const type = Object.keys(literal)[0] ?? '';
  if (ORDERED_TYPES.has(type)) return;
  const shown = operator === 'between' ? 'BETWEEN' : operator;
  throw validationError(
    `Invalid ${expressionName}: Incorrect operand type for operator or function; operator or function: ${shown}, operand type: ${type}`,
  );
}
