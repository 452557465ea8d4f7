/**
 * `node dist/publish.js [--dry-run]` publishes what the registry does not have yet: every package is packed by pnpm, judged as `npm test`
 * judges it, and that very tarball goes to `npm publish`. With provenance, which says by whose workflow and from which commit it was made:
 * https://docs.npmjs.com/generating-provenance-statements.
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './check-packages.js';
import { inOrder } from './in-order.js';
import { packAll } from './pack.js';

const dryRun = process.argv.includes('--dry-run');
const folder = await mkdtemp(join(tmpdir(), 'gateway-publish-'));
try {
  const packed = inOrder(await packAll(folder));
  const problems = (await Promise.all(packed.map(judge))).flatMap((verdict) =>
    verdict.problems.map((problem) => `${verdict.name}: ${problem}`),
  );
  if (problems.length > 0) throw new Error(`nothing was published, because of what the tarballs lack:\n${problems.join('\n')}`);
  for (const { manifest, tarball } of packed) {
    const id = `${manifest.name}@${manifest.version}`;
    if (isPublished(id)) console.log(`${id} is published already`);
    else publish(id, tarball);
  }
} finally {
  await rm(folder, { recursive: true });
}

/** A registry that cannot be asked is taken for one that has nothing: publishing will say what is wrong with it. */
function isPublished(id: string): boolean {
  const { status, stdout } = npm(['view', id, 'version'], 'pipe');
  return status === 0 && stdout.trim() !== '';
}

function publish(id: string, tarball: string): void {
  console.log(`${id}: ${dryRun ? 'would be published' : 'publishing'}`);
  const { status } = npm(['publish', tarball, '--access', 'public', ...(dryRun ? ['--dry-run'] : ['--provenance'])], 'inherit');
  if (status !== 0)
    throw new Error(`npm did not publish ${id}; what came before it in this list is published, so correct it and run again`);
}

function npm(args: readonly string[], output: 'pipe' | 'inherit') {
  return spawnSync('npm', args, { stdio: ['ignore', output, output], encoding: 'utf8', shell: process.platform === 'win32' });
}
