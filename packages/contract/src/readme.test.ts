/** The README's example, run as a reader would: in a folder of its own, against the built package. Needs `tsc -b` to have run. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));

it('runs the example of the README, and it prints what the README says', async () => {
  const readme = await readFile(join(here, 'README.md'), 'utf8');
  const [, example, printed] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  try {
    await mkdir(join(folder, 'node_modules/@org'), { recursive: true });
    await symlink(here, join(folder, 'node_modules/@org/gateway-contract'));
    await writeFile(join(folder, 'example.mjs'), example ?? '');
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.mjs')]);
    expect(stdout).toBe(printed);
  } finally {
    await rm(folder, { recursive: true });
  }
});
