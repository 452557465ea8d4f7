/**
 * "Add a procedure in three files" of CONTRIBUTING.md, done as it says in a copy of the workspace, up to calls on a stage of that copy.
 * The tests are steps of one way and run in order. Needs `npm run build` to have run.
 */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGatewayClient } from '@org/gateway-client';
import { type Stage, startStage } from '@org/gateway-local';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Guide, insert, readGuide } from './add-a-procedure-guide.js';
import { copyWorkspace, type WorkspaceCopy } from './add-a-procedure-workspace.js';
import { signedInAt } from './sign-in.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const CONTRACT = 'packages/contract/src/documents.ts';
const HANDLERS = 'apps/api/src/documents/handlers.ts';
const TEST = 'apps/api/src/documents/handlers.test.ts';
const OPENAPI = 'packages/contract/openapi.json';
/** Several compilers run one after another, on a machine that may be busy. */
const PATIENCE_MS = 240_000;

const ID = 'zod@4.6.7';
const BODY = '# Zod\n\nText.\n\n```ts\n# no heading\n```\n\n## Installation\n';
const HEADINGS = [
  { level: 1, text: 'Zod' },
  { level: 2, text: 'Installation' },
];

describe.skipIf(!inject('stage').local)('adding a procedure as CONTRIBUTING.md says', { timeout: PATIENCE_MS }, () => {
  let guide: Guide;
  let copy: WorkspaceCopy;
  let stage: Stage | undefined;

  const apply = async (file: string) => {
    for (const insertion of guide.insertions.filter((each) => each.file === file)) {
      await copy.write(file, insert(await copy.read(file), insertion));
    }
  };
  const succeed = async (command: string, ...args: string[]) => {
    const { exitCode, output } = await copy.run(command, args);
    expect(exitCode, `${command} ${args.join(' ')}\n${output}`).toBe(0);
    return output;
  };
  const running = () => {
    if (!stage) throw new Error('the stage of the copy did not start; see the step before');
    return stage as Stage & { readonly restUrl: string };
  };

  beforeAll(async () => {
    guide = readGuide(await readFile(join(root, 'CONTRIBUTING.md'), 'utf8'));
    copy = await copyWorkspace(root);
    // What does not compile without the change says nothing about the change.
    await succeed('tsc', '-b', 'apps/api', 'infra', 'packages/client');
  }, PATIENCE_MS);

  afterAll(async () => {
    await stage?.close();
    await copy?.remove();
  });

  it('takes three files', () => {
    expect([...new Set(guide.insertions.map(({ file }) => file))]).toEqual([CONTRACT, HANDLERS, TEST]);
  });

  it('does not compile without the handler, and the compiler names the procedure', async () => {
    await apply(CONTRACT);
    await apply(TEST);
    const { exitCode, output } = await copy.run('tsc', ['-b', 'apps/api']);
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/^apps\/api\/src\/documents\/handlers\.ts\(\d+,\d+\): error TS/m);
    expect(output).toContain(guide.complaint);
  });

  it('compiles with the handler, formatted as everything is', async () => {
    await apply(HANDLERS);
    await succeed('tsc', '-b', 'apps/api', 'infra', 'packages/client');
    await succeed('biome', 'check', CONTRACT, HANDLERS, TEST);
  });

  it('passes its own test', async () => {
    const output = await succeed('vitest', 'run', '--project', 'unit', TEST);
    expect(output).toMatch(/Tests .*passed/);
  });

  it('makes openapi.json stale, and the generator writes the route', async () => {
    const { exitCode, output } = await copy.run('node', ['packages/contract/dist/generate.js', '--check']);
    expect(exitCode, output).toBe(1);
    expect(output).toContain('[STALE] openapi.json');
    await succeed('node', 'packages/contract/dist/generate.js');
    const { paths } = JSON.parse(await copy.read(OPENAPI)) as { paths: Record<string, Record<string, { operationId: string }>> };
    expect(paths['/documents/{id}/outline']?.get?.operationId).toBe('documents.outline');
  });

  it('needs no other right and no other file, and breaks no test of the contract', async () => {
    await succeed('vitest', 'run', '--project', 'unit', 'packages/contract');
    await succeed('node', 'infra/dist/generate.js', '--check');
    expect(await copy.changedFiles()).toEqual([TEST, HANDLERS, OPENAPI, CONTRACT].sort());
  });

  it('is on the stage that is synthesized from it: over REST as in openapi.json', async () => {
    const assembly = join(copy.folder, 'cdk.out');
    await succeed('node', 'infra/dist/synth.js', '--out', assembly);
    stage = await startStage({ assembly });
    const gateway = createGatewayClient({ url: running().restUrl, ...signedInAt(running()) });
    await gateway.documents.save.mutate({ id: ID, folder: 'packages', title: 'zod', body: BODY });
    const found = await fetch(`${running().restUrl}/documents/${ID}/outline`);
    expect([found.status, await found.json()]).toEqual([200, { headings: HEADINGS }]);
    const missing = await fetch(`${running().restUrl}/documents/nothing/outline`);
    expect([missing.status, await missing.json()]).toMatchObject([
      404,
      { error: { data: { error: 'NOT_FOUND', details: { id: 'nothing' } } } },
    ]);
  });

  it('is in the typed client: the program of the guide compiles, and prints the headings', async () => {
    const url = running().restUrl;
    const program = guide.program.replace('http://127.0.0.1:4001/prod', url);
    expect(program).toContain(url);
    await copy.write('apps/start/src/guide.ts', program);
    await succeed('tsc', '-b', 'apps/start');
    expect(await succeed('node', 'apps/start/dist/guide.js')).toBe('1 Zod\n2 Installation\n');
  });
});
