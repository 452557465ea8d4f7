/** PROTOCOL.md's promise about itself: every numbered rule is named by a test. Titles are read as text, so no package is imported. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const protocol = readFileSync(join(root, 'packages', 'core', 'PROTOCOL.md'), 'utf8');
const rules = [...protocol.matchAll(/^- \*\*(P\d+\.\d+)\*\*/gm)].map((match) => match[1] as string);

/** Titles in the test files of a folder: the first text of `it(…)`, `it.each(…)(…)` and `describe(…)`. */
function titlesBelow(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/\\]+[/\\]src[/\\].*\.(?:test|e2e)\.ts$/.test(file))
    .filter((file) => !file.endsWith('protocol-rules.test.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
    .flatMap((text) => text.split('\n').filter((line) => /\b(?:it|describe)\b|^\s*\]\)\(|^\s*['"`]P\d/.test(line)))
    .join('\n');
}

describe('PROTOCOL.md', () => {
  const titles = titlesBelow('packages') + titlesBelow('apps');

  it('has its rules numbered without repetition', () => {
    expect(rules.length).toBeGreaterThan(25);
    expect(new Set(rules).size).toBe(rules.length);
  });

  it.each(rules)('has a test that names %s', (rule) => {
    expect(titles).toMatch(new RegExp(`${rule.replace('.', '\\.')}(?!\\d)`));
  });
});
