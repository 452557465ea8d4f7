/**
 * Renders a parsed template. Variables live in one map per rendering, so two requests never share state.
 * An unknown field of `$context`, `$input`, `$stageVariables` or `$util` prints as nothing, as on API Gateway; an unknown variable of the
 * template's own prints as its source text, as in Velocity (`$!name` prints nothing).
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { callMethod } from './methods.js';
import type { BinaryOperator, Expression, Reference, Step, Template, TemplateNode } from './syntax.js';
import { TemplateError } from './template-error.js';
import { fromJson, isEqual, isHost, isTrue, toText, type VtlMap, type VtlValue } from './value.js';

/** API Gateway ends a `#foreach` after 1,000 rounds. */
const MAX_ROUNDS = 1000;

const SURROUNDINGS = new Set(['context', 'input', 'stageVariables', 'util']);

/** Renders `template`; `#set` changes `variables`. Throws {@link TemplateError} for a method or operation this engine does not have. */
export function render(template: Template, variables: VtlMap): string {
  return template.map((node) => renderNode(node, variables)).join('');
}

function renderNode(node: TemplateNode, variables: VtlMap): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'reference':
      return renderReference(node, variables);
    case 'set':
      assign(node.target, evaluate(node.value, variables), variables);
      return '';
    case 'if': {
      const branch = node.branches.find(({ condition }) => isTrue(evaluate(condition, variables)));
      return render(branch?.body ?? node.otherwise, variables);
    }
    case 'foreach':
      return renderForeach(node, variables);
  }
  return node satisfies never;
}

function renderReference(node: TemplateNode & { kind: 'reference' }, variables: VtlMap): string {
  const value = resolve(node.reference, variables);
  if (value !== null) return toText(value);
  return node.quiet || SURROUNDINGS.has(node.reference.name) ? '' : node.source;
}

function renderForeach(node: TemplateNode & { kind: 'foreach' }, variables: VtlMap): string {
  const list = evaluate(node.list, variables);
  const items = list instanceof Map ? [...list.values()] : Array.isArray(list) ? list : [];
  const outer = [variables.get(node.variable), variables.get('foreach')] as const;
  const parts = items.slice(0, MAX_ROUNDS).map((item, index) => {
    variables.set(node.variable, item);
    variables.set('foreach', fromJson({ index, count: index + 1, hasNext: index + 1 < items.length }));
    variables.set('velocityCount', index + 1);
    return render(node.body, variables);
  });
  variables.set(node.variable, outer[0] ?? null);
  variables.set('foreach', outer[1] ?? null);
  return parts.join('');
}

function resolve(reference: Reference, variables: VtlMap): VtlValue {
  return follow(variables.get(reference.name) ?? null, reference.steps, variables);
}

function follow(start: VtlValue, steps: readonly Step[], variables: VtlMap): VtlValue {
  let value = start;
  for (const step of steps) {
    if (step.kind === 'field') value = readField(value, step.name);
    else if (step.kind === 'index') value = readIndex(value, evaluate(step.index, variables));
    else
      value = callMethod(
        value,
        step.name,
        step.args.map((argument) => evaluate(argument, variables)),
      );
  }
  return value;
}

function readField(value: VtlValue, name: string): VtlValue {
  if (value instanceof Map) return value.get(name) ?? null;
  if (value !== null && isHost(value)) return value.fields && Object.hasOwn(value.fields, name) ? (value.fields[name] ?? null) : null;
  return null;
}

function readIndex(value: VtlValue, index: VtlValue): VtlValue {
  return Array.isArray(value) ? (value[Number(index)] ?? null) : readField(value, toText(index));
}

function assign(target: Reference, value: VtlValue, variables: VtlMap): void {
  const last = target.steps.at(-1);
  if (!last) {
    variables.set(target.name, value);
    return;
  }
  const owner = follow(variables.get(target.name) ?? null, target.steps.slice(0, -1), variables);
  if (!(owner instanceof Map) || last.kind === 'call') {
    throw new TemplateError(
      `#set can't assign to $${target.name}.${target.steps.map((step) => ('name' in step ? step.name : '[…]')).join('.')}`,
    );
  }
  owner.set(last.kind === 'field' ? last.name : toText(evaluate(last.index, variables)), value);
}

function evaluate(expression: Expression, variables: VtlMap): VtlValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'interpolated':
      return render(expression.template, variables);
    case 'reference':
      return resolve(expression.reference, variables);
    case 'list':
      return expression.items.map((item) => evaluate(item, variables));
    case 'map':
      return new Map(expression.entries.map(([key, value]) => [toText(evaluate(key, variables)), evaluate(value, variables)]));
    case 'not':
      return !isTrue(evaluate(expression.operand, variables));
    case 'binary':
      return evaluateBinary(expression, variables);
  }
  return expression satisfies never;
}

function evaluateBinary({ operator, left, right }: Expression & { kind: 'binary' }, variables: VtlMap): VtlValue {
  const first = evaluate(left, variables);
  if (operator === '&&') return isTrue(first) && isTrue(evaluate(right, variables));
  if (operator === '||') return isTrue(first) || isTrue(evaluate(right, variables));
  const second = evaluate(right, variables);
  if (operator === '==') return isEqual(first, second);
  if (operator === '!=') return !isEqual(first, second);
  if (operator === '+' && (typeof first === 'string' || typeof second === 'string')) return toText(first) + toText(second);
  return calculate(operator, first, second);
}

function calculate(operator: Exclude<BinaryOperator, '==' | '!=' | '&&' | '||'>, first: VtlValue, second: VtlValue): VtlValue {
  if (typeof first !== 'number' || typeof second !== 'number') {
    throw new TemplateError(`"${operator}" needs two numbers, got ${toText(first)} and ${toText(second)}`);
  }
  switch (operator) {
    case '<':
      return first < second;
    case '<=':
      return first <= second;
    case '>':
      return first > second;
    case '>=':
      return first >= second;
    case '+':
      return first + second;
    case '-':
      return first - second;
    case '*':
      return first * second;
    case '/':
      return divide(first, second);
    case '%':
      return second === 0 ? null : first % second;
  }
  return operator satisfies never;
}

/** Java divides two whole numbers to a whole number; Velocity gives nothing for a division by zero. */
function divide(first: number, second: number): VtlValue {
  if (second === 0) return null;
  return Number.isInteger(first) && Number.isInteger(second) ? Math.trunc(first / second) : first / second;
}
