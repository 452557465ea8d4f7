import { describe, expect, it } from 'vitest';
import { bundlePage } from '../bundle.fixture.js';

/** What encodes inputs is in every client. */
const bundle = (names: string) => bundlePage(`export { ${names} } from './react/index.ts';`, { external: ['react', '*/encode-value.js'] });

describe('what a page downloads for React', () => {
  it.each([
    ['queryOptions, infiniteQueryOptions, mutationOptions, queryKey, pathKey', 500],
    ['useSubscription, patchOn, useConnection', 1_350],
    [
      'queryOptions, infiniteQueryOptions, mutationOptions, queryKey, infiniteQueryKey, mutationKey, pathKey, patchOn, useConnection, usePresence, useSubscription',
      2_330,
    ],
  ])('%s is at most %d bytes (gzip), with nothing of TanStack and the client in it', async (names, maxBytes) => {
    const { all, inputs } = await bundle(names);
    expect(all).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => !path.includes('src/react/') && path !== '<stdin>')).toEqual([]);
  });
});
