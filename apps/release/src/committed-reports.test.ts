import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { staleReports, writeReports } from './committed-reports.js';

const REPORTS = [
  { path: 'packages/notes/api/index.api.md', text: 'a\nb\nc\n' },
  { path: 'packages/notes/api/http.api.md', text: 'h\n' },
];
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reports-'));
  await mkdir(join(root, 'packages/notes/api'), { recursive: true });
  await writeFile(join(root, 'packages/notes/package.json'), '{"name":"@org/gateway-notes"}');
});
afterEach(() => rm(root, { recursive: true }));

it('says which report is missing, stale from which line, or of nothing that is published', async () => {
  await writeFile(join(root, 'packages/notes/api/index.api.md'), 'a\nB\nc\n');
  await writeFile(join(root, 'packages/notes/api/old.api.md'), 'o\n');
  expect(await staleReports(root, REPORTS)).toEqual([
    '[STALE] packages/notes/api/index.api.md is not what the declarations say, from line 2; run "npm run generate", read the difference, and commit it',
    '[STALE] packages/notes/api/http.api.md is missing; run "npm run generate", read the difference, and commit it',
    '[STALE] packages/notes/api/old.api.md describes a subpath that is not published; run "npm run generate", read the difference, and commit it',
  ]);
});

it('finds nothing after the reports were written', async () => {
  await writeFile(join(root, 'packages/notes/api/old.api.md'), 'o\n');
  await writeReports(root, REPORTS);
  expect(await staleReports(root, REPORTS)).toEqual([]);
  expect(await readFile(join(root, 'packages/notes/api/http.api.md'), 'utf8')).toBe('h\n');
});
