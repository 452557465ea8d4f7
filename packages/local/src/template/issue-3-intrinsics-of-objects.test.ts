import { describe, expect, it } from 'vitest';
import { evaluate, evaluateCondition, type Scope } from './intrinsics.js';

const scope: Scope = {
  region: 'eu-west-1',
  ref: (name) => name,
  attribute: (logicalId, attribute) => `${logicalId}.${attribute}`,
  condition: () => true,
  mapping: () => ({}),
  importValue: (name) => name,
  stackOutput: (stack, output) => `${stack}.${output}`,
};
const place = { stack: 'S', owner: 'Resources.R', path: 'Properties' };

describe('an object where a text is expected', () => {
  it('is refused as a region, also one that has no text', () => {
    expect(() => evaluate({ 'Fn::GetAZs': { toString: [] } }, scope, place)).toThrow(
      /^\[TEMPLATE_INVALID\] stack S, resource R, at Properties\.Fn::GetAZs: got \{"toString":\[\]\}, expected a string, number or boolean/,
    );
  });

  it('is refused as an index', () => {
    expect(() => evaluate({ 'Fn::Select': [{ toString: [] }, ['a', 'b']] }, scope, place)).toThrow('expected a string, number or boolean');
  });

  it('equals an object of the same content and no other', () => {
    const equals = (left: unknown, right: unknown) => evaluateCondition({ 'Fn::Equals': [left, right] }, scope, place);
    expect([equals({ a: 1 }, { a: 1 }), equals({ a: 1 }, { a: 2 }), equals({ toString: [] }, 'x'), equals(5, '5')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('an index', () => {
  it.each(['', '-1', '1.5', 'one', '2'])('of %j selects nothing of two', (index) => {
    expect(() => evaluate({ 'Fn::Select': [index, ['a', 'b']] }, scope, place)).toThrow(`got index ${index}, expected 0 to 1`);
  });

  it('may be a number or its text', () => {
    expect([
      evaluate({ 'Fn::Select': [1, ['a', 'b']] }, scope, place),
      evaluate({ 'Fn::Select': ['0', ['a', 'b']] }, scope, place),
    ]).toEqual(['b', 'a']);
  });
});
