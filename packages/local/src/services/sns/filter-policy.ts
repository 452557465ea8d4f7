/**
 * Filter policies: the patterns of event source mappings, put to the attributes of a message or to its body.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 *
 * `cidr`, and `wildcard` in values, are refused by name.
 */
import { compilePattern } from '../../lambda/event-pattern.js';
import type { MessageAttribute, MessageAttributes } from '../neighbours.js';

/** Whether a subscription takes a message. */
export type MessageFilter = (message: { readonly body: string; readonly attributes: MessageAttributes }) => boolean;

/** @param policy `undefined` takes everything @throws Error for an unknown operator */
export function createFilter(policy: unknown, scope: 'MessageAttributes' | 'MessageBody'): MessageFilter {
  if (policy === undefined) return () => true;
  const pattern = compilePattern(policy);
  if (scope === 'MessageBody') return ({ body }) => isJsonObject(parsed(body)) && pattern.matches(parsed(body));
  return ({ attributes }) => pattern.matches(valuesOf(attributes));
}

/** Strings, numbers, and the items of a `String.Array`; binary attributes match nothing. */
function valuesOf(attributes: MessageAttributes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).flatMap(([name, attribute]) => matchable(attribute).map((value) => [name, value])));
}

function matchable({ DataType, StringValue = '' }: MessageAttribute): readonly unknown[] {
  if (DataType.startsWith('Binary')) return [];
  if (DataType === 'String.Array') return [parsed(StringValue)];
  return [DataType.startsWith('Number') ? Number(StringValue) : StringValue];
}

/** Any other body matches no policy. */
function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
