/**
 * Attributes of documents, and the filters over them: `EqualsTo`, `ContainsAll`, `ContainsAny`, the comparisons, and `AndAllFilters`, `OrAllFilters`
 * and `NotFilter` of them. https://docs.aws.amazon.com/kendra/latest/APIReference/API_AttributeFilter.html
 */
import { type Input, objectMember, textMember, validationException } from '../text-index/input.js';

/** One value: a text, texts, a whole number, or a date in epoch seconds. */
export interface AttributeValue {
  readonly StringValue?: string;
  readonly StringListValue?: readonly string[];
  readonly LongValue?: number;
  readonly DateValue?: number;
}

/** By key. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type AttributeFilter = (attributes: Attributes) => boolean;

/** AWS's limit of filters inside of filters. */
const MAX_DEPTH = 2;

/** Reads the attributes of a document. @throws AwsError `ValidationException` */
export function readAttributes(given: unknown): Attributes {
  if (given === undefined || given === null) return {};
  if (!Array.isArray(given)) throw validationException('Attributes must be a list');
  return Object.fromEntries(given.map((attribute) => readAttribute(attribute as Input)));
}

function readAttribute(attribute: Input): [key: string, value: AttributeValue] {
  return [textMember(attribute ?? {}, 'Key', 200), readAttributeValue(objectMember(attribute ?? {}, 'Value'))];
}

function readAttributeValue(value: Input): AttributeValue {
  const [[kind, content] = ['', undefined], ...more] = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
  const isRight =
    (kind === 'StringValue' && typeof content === 'string') ||
    (kind === 'StringListValue' && Array.isArray(content) && content.every((each) => typeof each === 'string')) ||
    ((kind === 'LongValue' || kind === 'DateValue') && typeof content === 'number');
  if (!isRight || more.length > 0)
    throw validationException('A document attribute must have exactly one of StringValue, StringListValue, LongValue and DateValue');
  return { [kind]: content };
}

/** Reads a filter. Without one everything passes. @throws AwsError `ValidationException` */
export function readAttributeFilter(given: unknown, depth = 0): AttributeFilter {
  if (given === undefined || given === null) return () => true;
  if (typeof given !== 'object') throw validationException('AttributeFilter must be an object');
  const operators = Object.entries(given).filter(([, each]) => each !== undefined && each !== null);
  const [[operator, operand] = ['', undefined]] = operators;
  if (operators.length !== 1)
    throw validationException(`AttributeFilter cannot have ${operators.length} operators. It must have one and only one.`);
  if (operator === 'AndAllFilters' || operator === 'OrAllFilters' || operator === 'NotFilter')
    return combined(operator, operand, depth + 1);
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (compare === undefined) throw validationException(`AttributeFilter has no operator ${operator}`);
  const [key, wanted] = readAttribute(operand as Input);
  return (attributes) => Object.hasOwn(attributes, key) && compare(attributes[key]!, wanted);
}

function combined(operator: string, operand: unknown, depth: number): AttributeFilter {
  if (depth > MAX_DEPTH) throw validationException(`AttributeFilter is nested more than ${MAX_DEPTH} levels`);
  if (operator === 'NotFilter') {
    const filter = readAttributeFilter(operand, depth);
    return (attributes) => !filter(attributes);
  }
  if (!Array.isArray(operand) || operand.length === 0) throw validationException(`${operator} must be a list of filters`);
  const filters = operand.map((each) => readAttributeFilter(each ?? {}, depth));
  return operator === 'AndAllFilters'
    ? (attributes) => filters.every((filter) => filter(attributes))
    : (attributes) => filters.some((filter) => filter(attributes));
}

type Comparison = (value: AttributeValue, wanted: AttributeValue) => boolean;

const numberOf = ({ LongValue, DateValue }: AttributeValue): number => LongValue ?? DateValue ?? Number.NaN;
const textsOf = ({ StringListValue, StringValue }: AttributeValue): readonly string[] =>
  StringListValue ?? (StringValue === undefined ? [] : [StringValue]);

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  EqualsTo: (value, wanted) => JSON.stringify(value) === JSON.stringify(wanted),
  ContainsAll: (value, wanted) => textsOf(wanted).every((text) => textsOf(value).includes(text)),
  ContainsAny: (value, wanted) => textsOf(wanted).some((text) => textsOf(value).includes(text)),
  GreaterThan: (value, wanted) => numberOf(value) > numberOf(wanted),
  GreaterThanOrEquals: (value, wanted) => numberOf(value) >= numberOf(wanted),
  LessThan: (value, wanted) => numberOf(value) < numberOf(wanted),
  LessThanOrEquals: (value, wanted) => numberOf(value) <= numberOf(wanted),
};

/** As answers show attributes. */
export function shownAttributes(attributes: Attributes): { readonly Key: string; readonly Value: AttributeValue }[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}
