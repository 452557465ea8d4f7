/**
 * `npm test`: every check there is, in one command. All of them run even when one fails; the last line counts tests and checks as
 * `N passed, N failed`. `npm run check` adds the validation of templates that a deployment needs.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { attempt, attemptBeside, checkNode, install, root } from './workspace.mjs';

checkNode();
install();

const reports = mkdtempSync(join(tmpdir(), 'gateway-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** A command that passes or fails as one. */
function check(title, command, args) {
  const startedMs = Date.now();
  const { status, stdout, stderr } = attempt(command, args, { quiet: true });
  verdict(title, status, ((Date.now() - startedMs) / 1000).toFixed(1), `${stdout ?? ''}${stderr ?? ''}`);
  return status === 0;
}

/** Counts a check that has ended, and shows what a failed one said. */
function verdict(title, status, seconds, output) {
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title} (${seconds} s)`);
  if (status === 0) totals.passed += 1;
  else {
    totals.failed += 1;
    failures.push(title);
    process.stdout.write(`${output}\n`);
  }
}

/** Checks that run beside each other; their output comes when all have ended. */
async function checksBeside(checks) {
  const startedMs = Date.now();
  const ended = await Promise.all(
    checks.map(async ([title, command, args]) => {
      const output = [];
      const status = await attemptBeside(command, args, { quiet: true, write: (chunk) => output.push(chunk) });
      return { title, status, output, seconds: ((Date.now() - startedMs) / 1000).toFixed(1) };
    }),
  );
  for (const { title, status, output, seconds } of ended) verdict(title, status, seconds, Buffer.concat(output));
}

let runs = 0;

/** A vitest project, or some of its files; its tests are counted one by one. */
async function suite(project, { quiet, options = [], env } = {}) {
  runs += 1;
  const file = join(reports, `${project}-${runs}.json`);
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile=${file}`];
  const status = await attemptBeside('vitest', ['run', '--project', project, ...reporters, ...options], { quiet, env });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  totals.passed += report?.numPassedTests ?? 0;
  totals.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const failed = report?.numFailedTests ?? 0;
  // A suite that could not be loaded, or a run that died, has no failed test to its name.
  totals.failed += status === 0 ? failed : Math.max(failed, 1);
  if (status !== 0) failures.push(`vitest ${project}`, ...failedTests(report));
}

/** Names of the tests that failed with the first lines of why, and of files that could not be run: said again at the very end. */
function failedTests(report) {
  return (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`  ${file}: ${firstLines(message)}`] : [];
    return failed.map(({ fullName, failureMessages }) => `  ${file}: ${fullName}\n    ${firstLines(failureMessages[0])}`);
  });
}

function firstLines(text = '') {
  return text.split('\n').slice(0, 4).join('\n    ').slice(0, 600);
}

/** End-to-end tests in two runs that take about as long: those that start stages of their own, and the others. */
function endToEndRuns() {
  const files = readdirSync(join(root, 'apps/e2e/src'), { recursive: true })
    .filter((file) => file.endsWith('.e2e.ts'))
    .map((file) => `apps/e2e/src/${file.replaceAll('\\', '/')}`);
  const own = /\/(faults\/|permissions|add-a-procedure|restart|bus|functions|everything|shapes|stand-in)/;
  return [files.filter((file) => own.test(file)), files.filter((file) => !own.test(file))];
}

const built = check('build: types, bundles, template, page', 'turbo', [
  'run',
  'build',
  '--output-logs=errors-only',
  '--no-update-notifier',
]);
check('import rules', 'turbo', ['boundaries', '--no-update-notifier']);
check('format and lint', 'biome', ['check', '.']);
if (built) {
  check('openapi.json is current', 'node', ['packages/contract/dist/generate.js', '--check']);
  check('iam.lock.json is current', 'node', ['infra/dist/generate.js', '--check']);
  await checksBeside([
    ['API reports are current', 'node', ['apps/release/dist/generate.js', '--check']],
    ['packed packages: publint, attw and our rules', 'node', ['apps/release/dist/check.js']],
  ]);
  if (process.argv.includes('--deploy-checks'))
    check("every shape passes AWS's rules and cdk-nag's", 'node', [
      'infra/dist/synth.js',
      ...['production', 'everything', 'rest-only', 'socket-only'].flatMap((stage) => ['--stage', stage]),
      ...['--validate', '--out', join(reports, 'cdk.out')],
    ]);
  // Side by side: end-to-end tests of one run come one after the other, and wait much of their time.
  const usage = join(reports, 'usage');
  mkdirSync(usage);
  const env = { E2E_USAGE_FOLDER: usage, E2E_RUNS: '2' };
  await Promise.all([
    suite('unit', { options: [`--maxWorkers=${Math.max(1, availableParallelism() - 2)}`] }),
    ...endToEndRuns().map((files) => suite('e2e', { quiet: true, options: files, env })),
  ]);
}

rmSync(reports, { recursive: true, force: true });
if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(totals.failed === 0 ? 0 : 1);
