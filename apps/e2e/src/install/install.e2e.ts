/**
 * What a user of the published packages sees: the tarballs installed in a project of its own, type-checked, bundled and run, each time up to
 * calls on the stage. Deno, Bun and other versions of Node have a command of their own, `npm run installs`, for they are large.
 */

import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { findBrowser, launchBrowser } from '../browser.js';
import { freshName } from '../names.js';
import { tokenOf } from '../sign-in.js';
import { edgeBundle, viteBundle, webpackBundle } from './bundles.js';
import { openEditor } from './editor.js';
import { openEditorOfTypeScript5 } from './editor-of-typescript-5.js';
import { CALLS, DEFINED, NOTES, STRUCK_THROUGH, TYPES_SHOWN } from './editor-program.js';
import { type FreshProject, makeFreshProject } from './fresh-project.js';
import { everything, heardFrom, printing, required, TALK } from './programs.js';
import { serveFiles } from './serve-files.js';
import { BUNDLED, compile, configuration } from './typescript.js';

const { restUrl: url, socketUrl, local } = inject('stage');
const token = await tokenOf();
/** A deployed stage does not let an application of this machine in. */
const browser = local ? findBrowser() : undefined;
/** Neither the schemas nor what only Node needs. */
const UNWANTED = /node_modules\/(zod|ws)\/|gateway-contract|\.node\.js/;
describe('a fresh project with the packed tarballs', { timeout: 60_000 }, () => {
  let project: FreshProject;

  beforeAll(async () => {
    project = await makeFreshProject();
    await project.write('src/talk.ts', TALK);
    await project.write('entry.js', "export { talk } from './dist/talk.js';\n");
    await project.write('src/notes.ts', NOTES);
    expect(await compile(project, 'typescript', { outDir: 'dist', rootDir: 'src', declaration: true })).toBe('');
  });
  afterAll(() => project?.remove());

  it('is type-checked by TypeScript 7, our declarations too, where Node’s types stand for the DOM’s', async () => {
    await project.write('src/everything.ts', everything(project.subpaths));
    expect(await compile(project, 'typescript', { noEmit: true, lib: ['es2023'], types: ['node'] })).toBe('');
  });

  describe('in an editor', () => {
    let folder: string;

    beforeAll(async () => {
      folder = join(project.folder, 'edited');
      await project.write('edited/tsconfig.json', configuration({ ...BUNDLED, skipLibCheck: true }, ['*.ts', '../src']));
      await project.write('edited/calls.ts', CALLS);
    });

    it('shows resolved types, leads to the line of the contract, and strikes through what that deprecates', async () => {
      const editor = await openEditor(folder, 'calls.ts');
      try {
        for (const [expression, type] of Object.entries(TYPES_SHOWN)) expect(await editor.typeOf(expression), expression).toBe(type);
        for (const [expression, [file, line]] of Object.entries(DEFINED)) {
          expect(await editor.definitionOf(expression), expression).toEqual({ file: expect.stringMatching(`node_modules/${file}$`), line });
        }
        expect(await editor.struckThrough()).toEqual(STRUCK_THROUGH);
      } finally {
        await editor.close();
      }
    });

    it('shows the same with TypeScript 5.9 and what a contract documents, and finds no mistake as bundlers resolve', () => {
      const editor = openEditorOfTypeScript5(folder, 'calls.ts');
      for (const [expression, type] of Object.entries(TYPES_SHOWN)) expect(editor.typeOf(expression), expression).toBe(type);
      expect(editor.documentationOf('own.notes.read')).toBe('One note, with who wrote it.');
      expect(editor.documentationOf('own.notes.changes')).toBe('Every change, as it happens.');
      expect(editor.struckThrough()).toEqual(STRUCK_THROUGH);
      expect(editor.mistakes()).toEqual([]);
    });
  });

  it('talks to the stage as ESM on Node', async () => {
    const name = freshName('node');
    await project.write('main.js', printing('./entry.js', { url, socketUrl, name, token }));
    const { output } = await project.run(process.execPath, ['main.js']);
    expect(JSON.parse(output)).toEqual(heardFrom(name));
  });

  it('is required by CommonJS programs', async () => {
    await project.write('main.cjs', required({ url, socketUrl, name: '' }, project.subpaths));
    const { stdout, output } = await project.run(process.execPath, ['main.cjs']);
    expect(stdout, output).toBe('ok\n');
  });

  it.skipIf(browser === undefined)(
    'talks to the stage from Chromium in a production build of Vite, with nothing unwanted in it',
    async () => {
      const name = freshName('vite');
      const { files, inputs } = await viteBundle(project.folder, 'entry.js');
      expect(inputs.filter((file) => UNWANTED.test(file))).toEqual([]);
      const server = await serveFiles(files);
      const chromium = await launchBrowser(browser as string);
      try {
        const page = await chromium.newPage();
        await page.goto(server.url);
        const code = `import('/${Object.keys(files)[0]}').then(({ talk }) => talk(${JSON.stringify({ url, socketUrl, name, token })}))`;
        expect(await page.evaluate(code)).toEqual(heardFrom(name));
      } finally {
        await chromium.close();
        await server.close();
      }
    },
  );

  it('talks to the stage in a server bundle of webpack, and its bundle for browsers has nothing unwanted in it', async () => {
    const name = freshName('webpack');
    await project.write('main.js', printing('./entry.js', { url, socketUrl, name, token }));
    await webpackBundle(project.folder, 'main.js', 'node20');
    const { stdout, output } = await project.run(process.execPath, ['out-node20/main.mjs']);
    expect(output).toBe(stdout);
    expect(JSON.parse(stdout)).toEqual(heardFrom(name));
    const { inputs } = await webpackBundle(project.folder, 'main.js', 'web');
    expect(inputs.some((file) => file.includes('gateway-client'))).toBe(true);
    expect(inputs.filter((file) => UNWANTED.test(file))).toEqual([]);
  });

  it('talks to the stage where there is nothing but what edge runtimes have', async () => {
    const name = freshName('edge');
    const { files, inputs } = await edgeBundle(project.folder, 'entry.js');
    expect(inputs.filter((file) => UNWANTED.test(file))).toEqual([]);
    const { talk } = runInNewContext(`${files['program.js']}; program`, EDGE) as { talk: (options: object) => Promise<unknown> };
    expect({ ...((await talk({ url, socketUrl, name, token })) as object) }).toEqual(heardFrom(name));
  });
});

/** Of the globals of https://min-common-api.proposal.wintertc.org those that a client may need; no `process`, no `require`, no `Buffer`. */
const EDGE = {
  AbortController,
  AbortSignal,
  clearTimeout,
  crypto,
  DOMException,
  Event,
  EventTarget,
  fetch,
  Headers,
  performance,
  queueMicrotask,
  Request,
  Response,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  WebSocket,
};
