import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { restTemplate } from './stage.test.fixture.js';
import { writeAssembly } from './template/assembly.test.fixture.js';

it('the example of the README runs as it stands', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const assembly = await writeAssembly({
    stacks: { Api: restTemplate() },
    files: { 'asset.Fn/index.mjs': 'export const handler = async ({ path }) => ({ statusCode: 200, body: path });' },
  });
  const scratch = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  const built = new URL('../dist/index.js', import.meta.url).href;
  const code = example.replace("'@org/gateway-local'", JSON.stringify(built)).replace("'cdk.out'", JSON.stringify(assembly.directory));
  await writeFile(join(scratch, 'example.mjs'), code);
  const worker = new Worker(join(scratch, 'example.mjs'), { stdout: true });
  let printed = '';
  worker.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  const exitCode = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  expect(exitCode).toBe(0);
  expect(printed).toBe('200 /documents/7\n');
  await assembly.remove();
  await rm(scratch, { recursive: true });
});
