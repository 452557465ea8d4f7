import { describe, expect, it } from 'vitest';
import { bundlePage } from './bundle.fixture.js';

const bundle = (module: string, factory: string) =>
  bundlePage(`import { ${factory} } from '${module}'; export const gateway = ${factory}({ url: 'https://example.com/prod' });`, {
    splitting: true,
  });

describe('what a page downloads', () => {
  it('of the client without the socket: at start, with the first request, and with all that it can need', async () => {
    const { eager, all, sizeWith, inputs } = await bundle('./http/index.ts', 'createHttpClient');
    expect(eager).toBeLessThanOrEqual(2_130);
    expect(sizeWith('trouble-')).toBeLessThanOrEqual(3_960);
    expect(all).toBeLessThanOrEqual(5_500);
    expect(inputs.filter((path) => path.includes('socket'))).toEqual([]);
  });

  it('of the whole client: at start, with the first request, with the first subscription, and with all that it can need', async () => {
    const { eager, all, sizeWith } = await bundle('./index.ts', 'createGatewayClient');
    expect(eager).toBeLessThanOrEqual(2_890);
    expect(sizeWith('trouble-')).toBeLessThanOrEqual(4_880);
    expect(sizeWith('socket-engine-')).toBeLessThanOrEqual(9_770);
    expect(sizeWith('trouble-', 'socket-engine-')).toBeLessThanOrEqual(11_350);
    expect(all).toBeLessThanOrEqual(15_720);
  });

  it.each([
    ['./http/index.ts', 'createHttpClient'],
    ['./index.ts', 'createGatewayClient'],
  ])('of %s is nothing of zod, the contract, tRPC or ws', async (module, factory) => {
    const { inputs } = await bundle(module, factory);
    expect(inputs.filter((path) => /zod|contract|trpc|node_modules\/ws|\.node\./.test(path))).toEqual([]);
  });
});
