import { describe, expect, it } from 'vitest';
import { bundlePage } from './bundle.fixture.js';

const bundle = (module: string, factory: string) =>
  bundlePage(`import { ${factory} } from '${module}'; export const gateway = ${factory}({ url: 'https://example.com/prod' });`, {
    splitting: true,
  });

describe('what a page downloads', () => {
  it.each([
    ['./http/index.ts', 'createHttpClient', 2_080],
    ['./index.ts', 'createGatewayClient', 8_680],
  ])('%s stays within its budget, without zod, the contract, tRPC or ws', async (module, factory, maxBytes) => {
    const { eager, inputs } = await bundle(module, factory);
    expect(eager).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => /zod|contract|trpc|node_modules\/ws|\.node\./.test(path))).toEqual([]);
    expect(inputs.filter((path) => module.includes('http') && path.includes('socket'))).toEqual([]);
  });

  it('is 5.9 KB more with all that is loaded when it is needed: failures, tokens, dates, calls over the socket, and what is too large for a frame or an answer', async () => {
    const { eager, all } = await bundle('./index.ts', 'createGatewayClient');
    expect(all - eager).toBeLessThanOrEqual(5_900);
  });
});
