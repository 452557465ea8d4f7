/** The command as the test pipeline runs it, on a copy of the built package. Needs `tsc -b` to have run. */

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));
let copy = '';

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'contract-'));
  await cp(join(here, 'dist'), join(copy, 'dist'), { recursive: true });
  await cp(join(here, 'package.json'), join(copy, 'package.json'));
  await symlink(join(here, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rm(copy, { recursive: true }));

function generate(...args: string[]): Promise<{ exitCode: number | string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(copy, 'dist/generate.js'), ...args], (failure, _, stderr) => {
      resolve({ exitCode: failure?.code ?? 0, stderr });
    });
  });
}

describe('node dist/generate.js', () => {
  it('writes the file, and --check finds it current', async () => {
    expect(await generate()).toEqual({ exitCode: 0, stderr: '' });
    expect(await readFile(join(copy, 'openapi.json'), 'utf8')).toBe(await readFile(join(here, 'openapi.json'), 'utf8'));
    expect(await generate('--check')).toEqual({ exitCode: 0, stderr: '' });
  });

  it('--check ends with 1 when the file is stale, and leaves it alone', async () => {
    await writeFile(join(copy, 'openapi.json'), '{}\n');
    expect(await generate('--check')).toEqual({
      exitCode: 1,
      stderr:
        '[STALE] openapi.json is not what the contract says, from line 1; run "node dist/generate.js" in packages/contract (or "pnpm generate") and commit the result\n',
    });
    expect(await readFile(join(copy, 'openapi.json'), 'utf8')).toBe('{}\n');
  });

  it('refuses an argument it does not know', async () => {
    const { exitCode, stderr } = await generate('--chekc');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Unknown option '--chekc'")]);
  });
});
