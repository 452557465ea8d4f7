/**
 * The types of fields: which parameters a mapping may give them, and how values of documents and queries are read. Numbers are doubles here, so
 * a `long` above 2^53 loses its last digits. https://docs.opensearch.org/latest/field-types/supported-field-types/index/
 */
import { parseDate } from './dates.js';
import { illegalArgument } from './errors.js';
import { describe } from './json.js';

/** What is kept of a value: a number also stands for a date (epoch milliseconds). */
export type FieldValue = string | number | boolean;

export type FieldType = keyof typeof PARAMETERS;

const COMMON = ['type', 'index', 'doc_values', 'store', 'fields', 'null_value', 'meta'];
const NUMBER = [...COMMON, 'ignore_malformed'];

/** Parameters by type. `store` and `doc_values` change nothing here. */
export const PARAMETERS = {
  text: ['type', 'index', 'store', 'fields', 'analyzer', 'search_analyzer', 'meta'],
  keyword: [...COMMON, 'ignore_above'],
  long: NUMBER,
  integer: NUMBER,
  short: NUMBER,
  byte: NUMBER,
  double: NUMBER,
  float: NUMBER,
  half_float: NUMBER,
  boolean: COMMON,
  date: [...COMMON, 'format', 'ignore_malformed'],
} as const satisfies Record<string, readonly string[]>;

/** A field that holds values. */
export interface LeafField {
  /** With dots: `title.keyword`. */
  readonly path: string;
  readonly type: FieldType;
  readonly analyzer: string;
  readonly searchAnalyzer: string;
  /** Longer keywords are not indexed. */
  readonly ignoreAbove: number;
  readonly indexed: boolean;
  /** Of dates. */
  readonly format: string;
  readonly nullValue: unknown;
  readonly ignoreMalformed: boolean;
}

const WHOLE: Readonly<Record<string, number>> = { long: 2 ** 63, integer: 2 ** 31, short: 2 ** 15, byte: 2 ** 7 };

export function isNumeric(type: FieldType): boolean {
  return type in WHOLE || ['double', 'float', 'half_float'].includes(type);
}

export function isWhole(type: FieldType): boolean {
  return type in WHOLE;
}

/**
 * A value as its field keeps it.
 *
 * @throws OpenSearchError `illegal_argument_exception` or `number_format_exception`, to be told as the cause
 */
export function readValue(field: Pick<LeafField, 'type' | 'format'>, value: unknown): FieldValue {
  if (typeof value === 'object' && value !== null)
    throw illegalArgument(`Can't get text on a ${Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT'}`);
  switch (field.type) {
    case 'text':
    case 'keyword':
      return String(value);
    case 'boolean':
      return readBoolean(value);
    case 'date':
      return parseDate(value, field.format);
    default:
      return readNumber(field.type, value);
  }
}

function readBoolean(value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false' || value === '') return false;
  throw illegalArgument(`Failed to parse value [${describe(value)}] as only [true] or [false] are allowed.`);
}

function readNumber(type: FieldType, value: unknown): number {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw illegalArgument(`For input string: "${describe(value)}"`);
  const bound = WHOLE[type];
  if (bound === undefined) return type === 'double' ? number : Math.fround(number);
  if (number >= bound || number < -bound) throw illegalArgument(`Value [${describe(value)}] is out of range for ${article(type)}`);
  return Math.trunc(number);
}

function article(type: string): string {
  return type === 'integer' ? 'an integer' : `a ${type}`;
}
