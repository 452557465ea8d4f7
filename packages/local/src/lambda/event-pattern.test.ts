import { describe, expect, it } from 'vitest';
import { compilePattern } from './event-pattern.js';

const event = {
  eventName: 'INSERT',
  dynamodb: { NewImage: { pk: { S: 'document#1' }, size: { N: '12' }, tags: { L: ['a', 'b'] }, gone: null }, SizeBytes: 26 },
};

describe('compilePattern', () => {
  it.each<[boolean, string, unknown]>([
    [true, 'an exact value', { eventName: ['INSERT'] }],
    [true, 'one of several values', { eventName: ['REMOVE', 'INSERT'] }],
    [false, 'another value', { eventName: ['REMOVE'] }],
    [true, 'nested keys', { dynamodb: { NewImage: { pk: { S: ['document#1'] } } } }],
    [false, 'two keys of which one differs', { eventName: ['INSERT'], dynamodb: { SizeBytes: [27] } }],
    [true, 'null', { dynamodb: { NewImage: { gone: [null] } } }],
    [true, 'an element of a list', { dynamodb: { NewImage: { tags: { L: ['b'] } } } }],
    [true, 'prefix', { dynamodb: { NewImage: { pk: { S: [{ prefix: 'document#' }] } } } }],
    [false, 'prefix of a missing key', { dynamodb: { OldImage: { pk: { S: [{ prefix: 'document#' }] } } } }],
    [true, 'suffix', { eventName: [{ suffix: 'ERT' }] }],
    [true, 'equals-ignore-case', { eventName: [{ 'equals-ignore-case': 'insert' }] }],
    [true, 'anything-but one value', { eventName: [{ 'anything-but': 'REMOVE' }] }],
    [false, 'anything-but a list that has the value', { eventName: [{ 'anything-but': ['REMOVE', 'INSERT'] }] }],
    [false, 'anything-but a prefix that fits', { eventName: [{ 'anything-but': { prefix: 'INS' } }] }],
    [false, 'anything-but of a missing key', { nothing: [{ 'anything-but': 'x' }] }],
    [true, 'exists of a leaf', { dynamodb: { NewImage: { pk: { S: [{ exists: true }] } } } }],
    [true, 'exists: false of a missing leaf', { dynamodb: { OldImage: { pk: { S: [{ exists: false }] } } } }],
    [false, 'exists of an object, which is no leaf', { dynamodb: { NewImage: { pk: [{ exists: true }] } } }],
    [true, 'numeric =', { dynamodb: { SizeBytes: [{ numeric: ['=', 26] }] } }],
    [true, 'numeric range', { dynamodb: { SizeBytes: [{ numeric: ['>', 0, '<=', 26] }] } }],
    [false, 'numeric range that ends before', { dynamodb: { SizeBytes: [{ numeric: ['>=', 0, '<', 26] }] } }],
    [true, '$or between keys', { $or: [{ eventName: ['REMOVE'] }, { dynamodb: { SizeBytes: [26] } }] }],
    [true, 'the empty pattern', {}],
  ])('is %s for %s', (matches, _name, pattern) => {
    expect(compilePattern(pattern).matches(event)).toBe(matches);
    expect(compilePattern(JSON.stringify(pattern)).matches(event)).toBe(matches);
  });

  it('warns of numeric on a DynamoDB number, which is a string', () => {
    const pattern = compilePattern({ dynamodb: { NewImage: { size: { N: [{ numeric: ['=', 12] }] } } } });
    expect(pattern.matches(event)).toBe(false);
    expect(pattern.warnings).toEqual(['numeric never matches at dynamodb.NewImage.size.N: DynamoDB writes numbers as strings']);
  });

  it.each([
    ['not JSON', '{', /filter pattern is not JSON/],
    ['a bare value', { eventName: 'INSERT' }, /at eventName: got "INSERT", expected an object or a list/],
    ['an unknown operator', { eventName: [{ wildcard: 'I*' }] }, /at eventName: unknown operator wildcard/],
    ['half a range', { a: [{ numeric: ['>'] }] }, /expected pairs of operator and number/],
    ['a wrong comparison', { a: [{ numeric: ['!=', 1] }] }, /got "!=", expected =, </],
  ])('refuses %s', (_name, pattern, message) => {
    expect(() => compilePattern(pattern).matches({ a: 1 })).toThrow(message);
  });
});
