import { describe, expect, it } from 'vitest';
import { traceOfInvocation } from './env.js';

describe('the trace of an invocation', () => {
  it.each([
    [
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0',
      '1-5759e988-bd862e3fe1be46a994272793',
    ],
    ['Self=1-1;Root=1-5759e988-bd862e3fe1be46a994272793', '1-5759e988-bd862e3fe1be46a994272793'],
    ['Parent=53995c3f42cd8ad8', undefined],
    [undefined, undefined],
  ])('is the root of %s', (_X_AMZN_TRACE_ID, root) => {
    expect(traceOfInvocation({ _X_AMZN_TRACE_ID })).toBe(root);
  });
});
