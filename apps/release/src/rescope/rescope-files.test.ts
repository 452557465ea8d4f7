import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rescopeFiles } from './rescope-files.js';

const PAGE = 'https://github.com/org/gateway';
const FILES = {
  'package.json': '{"name":"gateway","private":true}',
  'packages/core/package.json': `{"name":"@old/gateway-core","homepage":"${PAGE}/tree/main/packages/core"}`,
  'packages/client/package.json':
    '{"name":"@old/gateway-client","dependencies":{"@old/gateway-core":"workspace:^","@trpc/client":"^11.0.0"}}',
  'packages/client/src/index.ts': "import { a } from '@old/gateway-core/errors';\nconst text = '@old/pkg';\n",
  'pnpm-lock.yaml': "  packages/client:\n    dependencies:\n      '@old/gateway-core':\n",
  'logo.png': '\u0000@old/gateway-core',
  'empty.txt': '',
};
let root: string;

const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root });
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const read = (file: string) => readFileSync(join(root, file), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rescope-'));
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
});
afterEach(() => rmSync(root, { recursive: true }));

it('moves packages, imports and the lockfile, and nothing else', async () => {
  expect(await rescopeFiles({ root, scope: '@acme' })).toEqual([
    'packages/client/package.json',
    'packages/client/src/index.ts',
    'packages/core/package.json',
    'pnpm-lock.yaml',
  ]);
  expect(read('packages/client/package.json')).toBe(
    '{"name":"@acme/gateway-client","dependencies":{"@acme/gateway-core":"workspace:^","@trpc/client":"^11.0.0"}}',
  );
  expect(read('packages/client/src/index.ts')).toBe("import { a } from '@acme/gateway-core/errors';\nconst text = '@old/pkg';\n");
  expect(read('packages/core/package.json')).toContain(PAGE);
  expect(read('logo.png')).toBe(FILES['logo.png']);
});

it('changes nothing the second time, and moves on from there', async () => {
  await rescopeFiles({ root, scope: '@acme' });
  expect(await rescopeFiles({ root, scope: '@acme' })).toEqual([]);
  git('commit', '--all', '--quiet', '--message', 'moved');
  expect(await rescopeFiles({ root, scope: '@acme' })).toEqual([]);
  expect(await rescopeFiles({ root, scope: '@other' })).toHaveLength(4);
  expect(read('packages/core/package.json')).toContain('@other/gateway-core');
});

it('writes where the repository is, when it is told', async () => {
  await rescopeFiles({ root, scope: '@old', repository: 'https://github.com/acme/api' });
  expect(read('packages/core/package.json')).toBe(
    '{"name":"@old/gateway-core","homepage":"https://github.com/acme/api/tree/main/packages/core"}',
  );
});

it('refuses a bad scope, one that is taken, a bad address, and writes nothing', async () => {
  await expect(rescopeFiles({ root, scope: 'acme' })).rejects.toThrow('"acme" is no scope');
  await expect(rescopeFiles({ root, scope: '@trpc' })).rejects.toThrow('"@trpc" is the scope of packages that this repository installs');
  await expect(rescopeFiles({ root, scope: '@acme', repository: 'acme/api' })).rejects.toThrow('"acme/api" is no repository');
  expect(git('status', '--porcelain').toString()).toBe('');
});

it('refuses while something is not committed, and says what', async () => {
  write('packages/client/src/index.ts', 'changed');
  write('new.ts', '');
  await expect(rescopeFiles({ root, scope: '@acme' })).rejects.toThrow(
    'there are changes that are not committed; commit or stash them first:\n   M packages/client/src/index.ts\n  ?? new.ts',
  );
  expect(read('packages/core/package.json')).toContain('@old');
});

it('refuses where there is no Git, because it could not be undone', async () => {
  rmSync(join(root, '.git'), { recursive: true });
  await expect(rescopeFiles({ root, scope: '@acme' })).rejects.toThrow('is no Git repository that can be read');
});
