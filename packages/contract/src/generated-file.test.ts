import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonText, staleness, writeGenerated } from './generated-file.js';

let folder = '';
let url = new URL('file:///');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generated-'));
  url = pathToFileURL(join(folder, 'openapi.json'));
});

afterEach(() => rm(folder, { recursive: true }));

const advice = 'run "node dist/generate.js" in packages/contract (or "pnpm generate") and commit the result';

describe('a generated file', () => {
  it('is current after it was written', async () => {
    const file = { url, text: jsonText({ a: [1] }) };
    await writeGenerated(file);
    expect(await readFile(url, 'utf8')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    expect(await staleness(file)).toBeUndefined();
  });

  it('is stale when it is missing', async () => {
    expect(await staleness({ url, text: '{}\n' })).toBe(`[STALE] openapi.json is missing; ${advice}`);
  });

  it.each([
    ['{\n  "a": 1\n}\n', 2],
    ['{\n', 2],
    ['', 1],
    ['{\n  "b": 2\n}\n\n', 5],
  ])('is stale when it differs, and the first line that does is named: %j', async (found, line) => {
    await writeFile(url, found);
    expect(await staleness({ url, text: '{\n  "b": 2\n}\n' })).toBe(
      `[STALE] openapi.json is not what the contract says, from line ${line}; ${advice}`,
    );
  });

  it('lets other trouble through', async () => {
    await expect(staleness({ url: pathToFileURL(folder), text: '' })).rejects.toThrow(/EISDIR/);
  });
});
