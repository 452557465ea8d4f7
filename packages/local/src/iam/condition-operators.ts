/**
 * The operators of conditions: how one value of a request is compared with one value of a policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 *
 * A negated operator is its positive one the other way round, over all values of the policy: `StringNotEquals` holds when none is equal.
 */
import { BlockList, isIP } from 'node:net';
import { arnParts, matchesArn, splitGlob } from './arn.js';
import { matchesGlob } from './glob.js';
import type { Lookup, PolicyText } from './policy-text.js';

/** Compares a value of the request with one of the policy. */
export type Comparison = (value: string, lookup: Lookup) => boolean;

export interface Operator {
  readonly negated: boolean;
  /** Prepares the comparison with one value of the policy. */
  compare(expected: PolicyText): Comparison;
}

/** The operator of a name without its prefix and suffix, `undefined` for one that IAM does not have. `Null` is none of them. */
export function findOperator(name: string): Operator | undefined {
  const compare = comparisons[name];
  if (compare !== undefined) return { negated: false, compare };
  const positive = Object.hasOwn(negations, name) ? comparisons[negations[name]!] : undefined;
  return positive && { negated: true, compare: positive };
}

const equal =
  (expected: PolicyText): Comparison =>
  (value, lookup) =>
    value === expected.text(lookup);

const equalIgnoringCase =
  (expected: PolicyText): Comparison =>
  (value, lookup) =>
    value.toLowerCase() === expected.text(lookup)?.toLowerCase();

const like =
  (expected: PolicyText): Comparison =>
  (value, lookup) => {
    const glob = expected.glob(lookup);
    return glob !== undefined && matchesGlob(glob, value);
  };

const arnLike =
  (expected: PolicyText): Comparison =>
  (value, lookup) => {
    const glob = expected.glob(lookup);
    return glob !== undefined && matchesArn(splitGlob(glob), arnParts(value));
  };

/** Both sides as numbers; what is no number is never true. */
const ordered =
  (parse: (text: string) => number, holds: (value: number, expected: number) => boolean) =>
  (expected: PolicyText): Comparison => {
    const right = parse(expected.source);
    return (value) => {
      const left = parse(value);
      return !Number.isNaN(left) && !Number.isNaN(right) && holds(left, right);
    };
  };

const inNetwork = ({ source }: PolicyText): Comparison => {
  const [address = '', bits] = source.split('/');
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const prefix = Number(bits ?? longest);
  if (version === 0 || !(prefix >= 0 && prefix <= longest)) return () => false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const network = new BlockList();
  network.addSubnet(address, prefix, family);
  return (value) => isIP(value) === version && network.check(value, family);
};

const relations = {
  Equals: (value: number, expected: number) => value === expected,
  LessThan: (value: number, expected: number) => value < expected,
  LessThanEquals: (value: number, expected: number) => value <= expected,
  GreaterThan: (value: number, expected: number) => value > expected,
  GreaterThanEquals: (value: number, expected: number) => value >= expected,
};

function orderedOperators(family: string, parse: (text: string) => number): Record<string, Operator['compare']> {
  return Object.fromEntries(Object.entries(relations).map(([name, holds]) => [`${family}${name}`, ordered(parse, holds)]));
}

const comparisons: Readonly<Record<string, Operator['compare']>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: like,
  // Both are the same for AWS: the six parts one by one, with wildcards.
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: equalIgnoringCase,
  BinaryEquals: equal,
  IpAddress: inNetwork,
  ...orderedOperators('Numeric', parseNumber),
  ...orderedOperators('Date', parseDate),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

function parseNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** ISO 8601, or seconds since 1970. */
function parseDate(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
