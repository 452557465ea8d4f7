/** Packages in the order in which they can be installed: what a package depends on comes before it. */

import type { Manifest } from './workspace.js';

/** Sorts packages that depend on each other without circles. @throws Error when they do depend in a circle */
export function inOrder<TPackage extends { readonly manifest: Manifest }>(packages: readonly TPackage[]): readonly TPackage[] {
  const sorted: TPackage[] = [];
  const left = new Map(packages.map((each) => [each.manifest.name, each]));
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ manifest }) => !needs(manifest).some((name) => left.has(name)));
    if (ready.length === 0) throw new Error(`packages depend on each other in a circle: ${[...left.keys()].join(', ')}`);
    for (const each of ready) left.delete(each.manifest.name);
    sorted.push(...ready);
  }
  return sorted;
}

function needs({ dependencies = {}, peerDependencies = {} }: Manifest): readonly string[] {
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
}
