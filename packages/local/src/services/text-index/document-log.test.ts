import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixture.test.support.js';
import { openDocumentLog } from './document-log.js';

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  const log = await openDocumentLog(path, (line) => lines.push(line));
  await log.close();
  return lines;
}

it('gives back what was appended, in the order of the calls', async () => {
  const path = join(await temporaryFolder(), 'below', 'documents.log');
  const log = await openDocumentLog(path, () => undefined);
  await Promise.all([log.append(['1', '2']), log.append(['3']), log.append(['日本語 4'])]);
  await log.append(['5']);
  await log.close();
  expect(await linesOf(path)).toEqual(['1', '2', '3', '日本語 4', '5']);
});

it('cuts off a line that was half written, and goes on behind the last whole one', async () => {
  const path = join(await temporaryFolder(), 'documents.log');
  await appendFile(path, 'whole\n{"half');
  const log = await openDocumentLog(path, () => undefined);
  await log.append(['next']);
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('whole\nnext\n');
});

it('loses nothing that is appended around a rewrite', async () => {
  const path = join(await temporaryFolder(), 'documents.log');
  const log = await openDocumentLog(path, () => undefined);
  await Promise.all([log.append(['old']), log.rewrite(['new 1', 'new 2']), log.append(['after']), log.append(['later'])]);
  await log.close();
  expect(await linesOf(path)).toEqual(['new 1', 'new 2', 'after', 'later']);
});

it('lets others have their turn while a long log is read', async () => {
  const path = join(await temporaryFolder(), 'documents.log');
  await appendFile(path, `${'x'.repeat(999)}\n`.repeat(1_000));
  let turns = 0;
  const seen: number[] = [];
  const log = await openDocumentLog(path, () => {
    if (seen.length === 0)
      setImmediate(function next() {
        turns++;
        if (seen.length < 1_000) setImmediate(next);
      });
    seen.push(turns);
  });
  await log.close();
  expect(seen).toHaveLength(1_000);
  expect(turns).toBeGreaterThanOrEqual(10);
});
