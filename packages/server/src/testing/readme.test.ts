import { readFile } from 'node:fs/promises';
import * as core from '@org/gateway-core';
import { expect, it } from 'vitest';
import * as zod from 'zod';
import * as server from '../index.js';
import * as service from '../service/index.js';
import * as testing from './index.js';

const MODULES = {
  '@org/gateway-core': core,
  '@org/gateway-server': server,
  '@org/gateway-server/service': service,
  '@org/gateway-server/testing': testing,
  zod,
};

it('the example of the README runs', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [declared = '', tested = ''] = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  // Declarations without the function that Lambda runs, whose environment is not here.
  const code = `${declared.replace(/^export const handler.*$/m, '')}\n{${tested}\nreturn { text, asAnn, body }; }`
    .replace(/^(\{?)import (\{.*?\}) from '(.*?)';$/gm, "$1const $2 = modules['$3'];")
    .replace(/^import \* as z from 'zod';$/m, "const z = modules['zod'];");
  const { run } = await import(`data:text/javascript,${encodeURIComponent(`export async function run(modules) {${code}}`)}`);
  expect(await run(MODULES)).toEqual({ text: 'HELLO', asAnn: { text: 'HELLO' }, body: '{"text":"HELLO"}' });
});
