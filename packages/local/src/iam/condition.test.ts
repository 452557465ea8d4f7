import { describe, expect, it } from 'vitest';
import { compileConditions } from './condition.js';

type Context = Readonly<Record<string, string | readonly string[]>>;

function holds(condition: unknown, context: Context, hasVariables = true): boolean {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]));
  const compiled = compileConditions(condition, { hasVariables, malformed: (problem) => new Error(problem) });
  return compiled.holds((key) => values.get(key));
}

/** Expectations are from https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
describe('the operator', () => {
  it.each<[string, string | string[], string | string[] | undefined, boolean]>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIgnoreCase', 'aB', 'Ab', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringNotEquals', 'a', undefined, true],
    ['StringNotEqualsIgnoreCase', 'a', 'A', false],
    ['StringLike', 'documents/*', 'documents/7', true],
    ['StringLike', 'documents/?', 'documents/77', false],
    ['StringNotLike', 'documents/*', 'documents/7', false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['NumericEquals', '10', '10.0', true],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '100', '20', true],
    ['NumericLessThanEquals', '20', '20', true],
    ['NumericGreaterThan', '20', '20', false],
    ['NumericGreaterThanEquals', '20', 'many', false],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '1767225601', true],
    ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true],
    ['DateNotEquals', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', false],
    ['Bool', 'false', 'false', true],
    ['Bool', 'True', 'true', true],
    ['Bool', 'true', undefined, false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
    ['IpAddress', '203.0.113.9', '203.0.113.9', true],
    ['IpAddress', '2001:db8::/32', '2001:db8::9', true],
    ['IpAddress', '2001:db8::/32', '203.0.113.9', false],
    ['IpAddress', '203.0.113.0/99', '203.0.113.9', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.114.9', true],
    ['ArnLike', 'arn:aws:sns:*:123456789012:orders', 'arn:aws:sns:eu-west-1:123456789012:orders', true],
    ['ArnLike', 'arn:aws:sns:*:orders', 'arn:aws:sns:eu-west-1:123456789012:orders', false],
    [
      'ArnEquals',
      'arn:aws:execute-api:eu-west-1:123456789012:a1/*$connect',
      'arn:aws:execute-api:eu-west-1:123456789012:a1/prod/$connect',
      true,
    ],
    ['ArnNotEquals', 'arn:aws:iam::123456789012:role/*', 'arn:aws:iam::123456789012:role/api', false],
    ['ArnNotLike', 'arn:aws:iam::123456789012:role/*', 'arn:aws:iam::999999999999:role/api', true],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'a', false],
    ['Null', 'false', 'a', true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringLike', 'tenant-1/*', ['tenant-1/x', 'tenant-1/y'], true],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
  ])('%s %j over %j: %s', (operator, expected, value, result) => {
    expect(holds({ [operator]: { 'test:Key': expected } }, value === undefined ? {} : { 'test:Key': value })).toBe(result);
  });
});

describe('a condition', () => {
  it('holds when all its keys hold, whatever the case of their names', () => {
    const condition = { StringEquals: { 'aws:SourceAccount': '123456789012', 'S3:Prefix': 'a/' }, Bool: { 'aws:SecureTransport': true } };
    const context = { 'aws:sourceaccount': '123456789012', 's3:prefix': 'a/', 'aws:SecureTransport': 'true' };
    expect(holds(condition, context)).toBe(true);
    expect(holds(condition, { ...context, 's3:prefix': 'b/' })).toBe(false);
  });

  it('fills in policy variables, and takes wildcards in their values as they are', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
    const condition = { StringLike: { 's3:prefix': 'home/${aws:username}/*' } };
    expect(holds(condition, { 'aws:username': 'ada', 's3:prefix': 'home/ada/x' })).toBe(true);
    expect(holds(condition, { 'aws:username': '*', 's3:prefix': 'home/ada/x' })).toBe(false);
    expect(holds(condition, { 's3:prefix': 'home//x' })).toBe(false);
  });

  it('takes the default of a variable without a value, and the characters themselves', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
    expect(holds({ StringEquals: { key: "${aws:PrincipalTag/team, 'none'}" } }, { key: 'none' })).toBe(true);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
    expect(holds({ StringLike: { key: 'a${*}b${?}${$}' } }, { key: 'a*b?$' })).toBe(true);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
    expect(holds({ StringLike: { key: 'a${*}b' } }, { key: 'axb' })).toBe(false);
  });

  it('of an old version has no variables', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
    const text = '${aws:username}';
    expect(holds({ StringEquals: { key: text } }, { key: text, 'aws:username': 'ada' }, false)).toBe(true);
  });

  it.each([
    [{ StringIs: { key: 'a' } }, 'got condition operator StringIs'],
    [{ StringEquals: 'a' }, 'got StringEquals "a", expected an object of condition keys'],
    ['a', 'got Condition "a", expected an object of operators'],
  ])('%j is refused', (condition, message) => {
    expect(() => holds(condition, {})).toThrow(message);
  });
});
