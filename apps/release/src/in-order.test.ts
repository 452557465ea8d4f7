import { expect, it } from 'vitest';
import { inOrder } from './in-order.js';

const manifest = (name: string, dependencies: readonly string[] = [], peers: readonly string[] = []) => ({
  manifest: {
    name,
    version: '1.0.0',
    dependencies: Object.fromEntries(dependencies.map((each) => [each, '^1.0.0'])),
    peerDependencies: Object.fromEntries(peers.map((each) => [each, '^1.0.0'])),
  },
});

it('puts what a package depends on, also as a peer, before it', () => {
  const packages = [manifest('client', ['core', 'contract']), manifest('contract', ['zod'], ['core']), manifest('core', ['zod'])];
  expect(inOrder(packages).map((each) => each.manifest.name)).toEqual(['core', 'contract', 'client']);
});

it('refuses a circle, and names who is in it', () => {
  expect(() => inOrder([manifest('a', ['b']), manifest('b', ['a'])])).toThrow('packages depend on each other in a circle: a, b');
});
