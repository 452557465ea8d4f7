import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly number: string;
  readonly state: string;
  readonly file: string;
  readonly title: string;
}

async function readRows(): Promise<Row[]> {
  const table = await readFile(new URL('../FIDELITY.md', import.meta.url), 'utf8');
  return [...table.matchAll(/^\| (\d+[a-z]?) +\| .* \| ([a-z]+)\b[^|]* \| +(?:`([\w/.-]+\.test\.ts): (.+)` *)?\|$/gm)].map(
    ([, number = '', state = '', file = '', title = '']) => ({ number, state, file, title }),
  );
}

describe('FIDELITY.md', () => {
  it('has a row for each behaviour that was set out to be emulated, in order and once', async () => {
    const numbers = (await readRows()).map(({ number }) => number);
    const whole = numbers.filter((number) => /^\d+$/.test(number)).map(Number);
    // From 100 on numbers were given out in blocks, one per group of services.
    expect(whole.filter((number) => number < 100)).toEqual(Array.from({ length: 68 }, (_, index) => index + 1));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('knows no row it could not read', async () => {
    const table = await readFile(new URL('../FIDELITY.md', import.meta.url), 'utf8');
    expect(table.match(/^\| \d/gm)).toHaveLength((await readRows()).length);
  });

  it('says one of five words of every row', async () => {
    const states = new Set((await readRows()).map(({ state }) => state));
    expect([...states].sort()).toEqual(['absent', 'choice', 'emulated', 'stricter', 'weaker']);
  });

  it('names a proof for all that is emulated, stricter or a choice', async () => {
    const unproven = (await readRows()).filter(({ state, file }) => file === '' && !['absent', 'weaker'].includes(state));
    expect(unproven).toEqual([]);
  });

  it('names only tests that exist', async () => {
    for (const { number, file, title } of await readRows()) {
      if (file === '') continue;
      const source = await readFile(new URL(file, import.meta.url), 'utf8');
      expect(source, `row ${number}: ${file} has no test "${title}"`).toContain(title);
    }
  });
});
