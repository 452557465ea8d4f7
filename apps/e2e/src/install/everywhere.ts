/**
 * `npm run installs [-- NAME…]`: a fresh project with the packed tarballs, installed by npm as well, and run under Deno, Bun, workerd and other
 * versions of Node against a stage. They are downloaded from npm, some 100 MB each, which is why `npm test` does without; what cannot be had is said,
 * and is no failure.
 */

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startStage } from '@org/gateway-local';
import { ROOT } from '@org/release';
import { freshName } from '../names.js';
import { type FreshProject, makeFreshProject } from './fresh-project.js';
import { everything, heardFrom, printing, TALK, type Talk } from './programs.js';
import { RUNTIMES, type Runtime } from './runtimes.js';
import { BUNDLED, compile } from './typescript.js';
import { writeWorker } from './workerd.js';

/** How an attempt ended: `absent` when the runtime could not be had. */
type Verdict = { readonly is: 'ok' | 'absent' } | { readonly is: 'FAIL'; readonly because: string };

const wanted = process.argv.slice(2);
const stage = await startStage({ assembly: join(ROOT, 'infra', 'cdk.out') });
const project = await makeFreshProject();
try {
  await project.write('src/talk.ts', TALK);
  await project.write('entry.js', "export { talk } from './dist/talk.js';\n");
  const complaints = await compile(project, 'typescript', { outDir: 'dist', rootDir: 'src' });
  if (complaints !== '') throw new Error(complaints);
  await project.write('src/everything.ts', everything(project.subpaths));
  const old = await compile(project, 'typescript-5', BUNDLED);
  report('TypeScript 5.9, our declarations too', old === '' ? { is: 'ok' } : { is: 'FAIL', because: old });
  const { restUrl: url = '', socketUrl = '' } = stage;
  const token = (await stage.issuer?.tokenFor('ada', { expiresInSeconds: 3_600 })) ?? '';
  for (const runtime of RUNTIMES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const name = freshName('runtime');
    await project.write('main.js', printing('./entry.js', { url, socketUrl, name, token }));
    await writeWorker(project, { url, socketUrl, name, token });
    report(runtime.name, await attempt(project, runtime, name));
  }
  if (wanted.length === 0 || wanted.includes('npm')) report('installed by npm', await attemptNpm(project, { url, socketUrl, token }));
} finally {
  await project.remove();
  await stage.close();
}

function report(name: string, verdict: Verdict): void {
  const because = verdict.is === 'FAIL' ? `: ${verdict.because}` : verdict.is === 'absent' ? ': npm has no such version here' : '';
  console.log(`${verdict.is.padEnd(6)} ${name}${because}`);
  if (verdict.is === 'FAIL') process.exitCode = 1;
}

async function attempt(fresh: FreshProject, runtime: Runtime, name: string): Promise<Verdict> {
  const version = await fresh.run('npx', ['--yes', '--package', runtime.package, runtime.command, '--version']);
  if (version.exitCode !== 0) return { is: 'absent' };
  const { exitCode, stdout, output } = await fresh.run('npx', ['--yes', '--package', runtime.package, runtime.command, ...runtime.args]);
  return exitCode === 0 && isDeepStrictEqual(JSON.parse(stdout), heardFrom(name)) ? { is: 'ok' } : { is: 'FAIL', because: output };
}

/** npm puts packages flat, and takes zod and ws from the registry as a user's project does. */
async function attemptNpm(fresh: FreshProject, { url, socketUrl, token }: Omit<Required<Talk>, 'name'>): Promise<Verdict> {
  const name = freshName('npm');
  await fresh.write('flat/package.json', '{"private":true,"type":"module"}');
  await fresh.write('flat/talk.js', await fresh.read('dist/talk.js'));
  await fresh.write('flat/main.js', printing('./talk.js', { url, socketUrl, name, token }));
  const flags = ['--prefix', 'flat', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  const installed = await fresh.run('npm', ['install', ...flags, ...fresh.tarballs, 'ws@8.23.0']);
  if (installed.exitCode !== 0) return { is: 'FAIL', because: installed.output };
  const { stdout, output } = await fresh.run(process.execPath, ['flat/main.js']);
  return stdout !== '' && isDeepStrictEqual(JSON.parse(stdout), heardFrom(name)) ? { is: 'ok' } : { is: 'FAIL', because: output };
}
