/**
 * AppSync's own scalars. https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
 *
 * Values are checked on the way in and on the way out; what does not fit fails the variable or the field.
 */
import { isIP } from 'node:net';
import { GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** The scalars, by name. */
export const appsyncScalars: readonly GraphQLScalarType[] = [
  text('AWSDate', (value) => dateForm.test(value) && isDay(value)),
  text('AWSTime', (value) => timeForm.test(value)),
  text('AWSDateTime', (value) => dateTimeForm.test(value) && isDay(value)),
  text('AWSEmail', (value) => /^[^\s@]+@[^\s@]+$/.test(value)),
  text('AWSURL', isUrl),
  text('AWSPhone', (value) => /^\+?[\d\s().-]{4,}$/.test(value)),
  text('AWSIPAddress', isAddress),
  timestamp(),
  json(),
];

const offset = '(?:Z|[+-]\\d{2}:\\d{2}(?::\\d{2})?)';
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?';
const date = '[+-]?\\d{4,6}-\\d{2}-\\d{2}';
const dateForm = new RegExp(`^${date}${offset}?$`);
const timeForm = new RegExp(`^${time}${offset}?$`);
/** The offset is required here. */
const dateTimeForm = new RegExp(`^${date}T${time}${offset}$`);

/** Whether the month has the day that the text begins with. */
function isDay(value: string): boolean {
  const [, year, month, day] = /^([+-]?\d{4,6})-(\d{2})-(\d{2})/.exec(value)!.map(Number) as [number, number, number, number];
  const parsed = new Date(Date.UTC(year, month - 1, day));
  return parsed.getUTCMonth() === month - 1 && parsed.getUTCDate() === day;
}

function isUrl(value: string): boolean {
  try {
    return new URL(value).protocol !== '';
  } catch {
    return false;
  }
}

/** An address, with or without the length of a subnet. */
function isAddress(value: string): boolean {
  const [address = '', length] = value.split('/');
  const version = isIP(address);
  return version !== 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128)));
}

function text(name: string, isValid: (value: string) => boolean): GraphQLScalarType {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && isValid(value)) return value;
    throw new TypeError(`Invalid input '${String(value)}' as a valid ${name}.`);
  };
  return new GraphQLScalarType({ name, serialize: check, parseValue: check, parseLiteral: (node) => check(literalOf(node)) });
}

/** Seconds since 1970, not milliseconds. */
function timestamp(): GraphQLScalarType {
  const check = (value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new TypeError(`Invalid input '${String(value)}' as a valid AWSTimestamp.`);
  };
  return new GraphQLScalarType({
    name: 'AWSTimestamp',
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.INT ? Number(node.value) : literalOf(node)),
  });
}

/** JSON text on the wire, the value it stands for inside of resolvers. */
function json(): GraphQLScalarType {
  const parse = (value: unknown): unknown => {
    try {
      if (typeof value === 'string') return JSON.parse(value);
    } catch {
      // Reported below, together with what is no text.
    }
    throw new TypeError(`Invalid input '${String(value)}' as a valid AWSJSON.`);
  };
  return new GraphQLScalarType({
    name: 'AWSJSON',
    serialize: (value) => JSON.stringify(value),
    parseValue: parse,
    parseLiteral: (node) => parse(literalOf(node)),
  });
}

function literalOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : valueFromASTUntyped(node);
}
