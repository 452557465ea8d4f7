import { readFile } from 'node:fs/promises';
import * as contracts from '@org/gateway-contract';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import * as testing from './index.js';

it('the example of the README runs', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example =
    /```ts\nimport (\{[^}]*\}) from '@org\/gateway-contract';\nimport (\{[^}]*\}) from '@org\/gateway-client\/testing';\n(.*?)```/s.exec(
      readme,
    );
  const source = `export const run = async (${example?.[1]}, ${example?.[2]}, saved, render) => {${example?.[3]}}`;
  const { code } = await transform(source, { loader: 'ts' });
  const { run } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  const rendered: unknown[] = [];
  const document = {
    id: 'a',
    folder: 'inbox',
    title: 'A',
    bytes: 1,
    version: 1,
    createdAtMs: 1_700_000_000_000,
    updatedAtMs: 1_700_000_000_000,
  };
  await run(contracts, testing, { change: 'saved', document }, (value: unknown) => rendered.push(value));
  expect(rendered).toEqual([{ id: 'plan' }, { folders: expect.any(Array) }, 'saved', [{ id: 'plan' }]]);
});
