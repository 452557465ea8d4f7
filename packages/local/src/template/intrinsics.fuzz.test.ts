import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../stage-error.js';
import { evaluate, evaluateCondition, type Scope } from './intrinsics.js';

const scope: Scope = {
  region: 'us-east-1',
  ref: (name) => `ref-${name}`,
  attribute: (logicalId, attribute) => `${logicalId}.${attribute}`,
  condition: () => true,
  mapping: () => ({}),
  importValue: (name) => `import-${name}`,
  stackOutput: (stack, output) => `${stack}.${output}`,
};
const place = { stack: 'S', owner: 'Resources.R', path: 'Properties' };
const names = [
  'Ref',
  ...['GetAtt', 'Join', 'Sub', 'Select', 'Split', 'If', 'FindInMap', 'ImportValue', 'GetStackOutput', 'Base64', 'GetAZs'].map(
    (name) => `Fn::${name}`,
  ),
  ...['Length', 'ToJsonString', 'Equals', 'And', 'Or', 'Not', 'Transform', 'constructor'].map((name) => `Fn::${name}`),
];

describe('evaluate', () => {
  it('leaves JSON without intrinsics as it is', () => {
    const plain = fc.jsonValue().filter((value) => !/"(Ref|Fn::[^"]*)":/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(plain, (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(evaluate(JSON.parse(text), scope, place))).toBe(text);
      }),
    );
  });

  it('answers any argument of any intrinsic with a value or with an error that names the place', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), fc.constantFrom(...names), (name, argument, inner) => {
        for (const value of [argument, [argument, { [inner]: argument }], [',', [argument]], { [inner]: argument }]) {
          expectStageError(() => evaluate({ [name]: value }, scope, place));
          expectStageError(() => evaluateCondition({ [name]: value }, scope, place));
        }
      }),
      { numRuns: 500 },
    );
  });
});

function expectStageError(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(StageError);
    expect((error as Error).message).toMatch(/^\[TEMPLATE_INVALID\] stack S, resource R, at Properties/);
  }
}
