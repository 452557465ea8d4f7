/**
 * The local stage with every service on, as its own process: time from start to the first answered request, memory then and after a first call
 * of every service, and the process's CPU per request.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGatewayClient } from '@org/gateway-client';
import { foundIds } from './found-ids.js';
import { quantile } from './paired.js';
import { deployed } from './stage-process.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const STARTS = 7;
const REQUESTS = 2_000;

/** Figures of one start. */
interface Start {
  readonly answeredMs: number;
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

/** Runs and prints. Memory and CPU are read from /proc, so those lines are for Linux. */
export async function benchStage(): Promise<void> {
  const starts: Start[] = [];
  const bare: Start[] = [];
  for (let run = 1; run < STARTS; run += 1) {
    starts.push(await withStage(async (stage) => stage.start));
    bare.push(await bareNode());
  }
  const [last, calledMiB, cpuMicros] = await withStage(async (stage) => {
    const { pid } = stage;
    const micros = await cpuPerRequest(pid, `${stage.url}/health`);
    await callEverything(stage);
    return [stage.start, await residentMiB(pid), micros] as const;
  });
  starts.push(last);
  console.log(`\nLocal stage with all services (${STARTS} starts; median, best)`);
  print('start to first answer', starts, ({ answeredMs }) => answeredMs, 'ms');
  print('CPU of the stage until then', starts, ({ cpuMs }) => cpuMs, 'ms');
  print('(a bare Node process', bare, ({ answeredMs }) => answeredMs, 'ms');
  print('its CPU)', bare, ({ cpuMs }) => cpuMs, 'ms');
  print('memory then', starts, ({ memoryMiB }) => memoryMiB, 'MiB');
  console.log(`  memory after calls of all    ${calledMiB.toFixed(0).padStart(7)} MiB`);
  console.log(
    `  CPU per REST call            ${cpuMicros.toFixed(0).padStart(7)} µs (gateway, Lambda worker and handler; ${REQUESTS} calls)`,
  );
}

interface RunningStage {
  readonly pid: number;
  readonly url: string;
  readonly issuerUrl: string;
  readonly start: Start;
}

/** Starts the stage's own command. */
async function withStage<TResult>(run: (stage: RunningStage) => Promise<TResult>): Promise<TResult> {
  const [port, issuerPort] = [await freePort(), await freePort()];
  const startedMs = performance.now();
  const ports = ['--rest-port', String(port), '--socket-port', '0', '--aws-port', '0', '--issuer-port', String(issuerPort)];
  const command = [join(root, 'packages', 'local', 'dist', 'cli.js'), deployed, ...ports];
  const stage: ChildProcess = spawn(process.execPath, command, { stdio: 'ignore' });
  const pid = stage.pid as number;
  const url = `http://127.0.0.1:${port}/prod`;
  try {
    await firstAnswer(`${url}/health`);
    const answeredMs = performance.now() - startedMs;
    const cpuMs = (await cpuTicks(pid)) * TICK_MS;
    const issuerUrl = `http://127.0.0.1:${issuerPort}`;
    return await run({ pid, url, issuerUrl, start: { answeredMs, cpuMs, memoryMiB: await residentMiB(pid) } });
  } finally {
    stage.kill('SIGTERM');
    await once(stage, 'exit');
  }
}

/** How fast this machine is right now: Node starting an HTTP server. */
async function bareNode(): Promise<Start> {
  const script = "require('http').createServer().listen(0, '127.0.0.1', () => process.send(process.cpuUsage()))";
  const startedMs = performance.now();
  const node = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [{ user, system }] = (await once(node, 'message')) as [NodeJS.CpuUsage];
  const answeredMs = performance.now() - startedMs;
  node.kill('SIGKILL');
  await once(node, 'exit');
  return { answeredMs, cpuMs: (user + system) / 1_000, memoryMiB: 0 };
}

/** Loads the functions of every service, and the workers behind a document. */
async function callEverything({ url, issuerUrl }: RunningStage): Promise<void> {
  const getToken = async (): Promise<string> => (await fetch(`${issuerUrl}/test-token?user=ada`)).text();
  const gateway = createGatewayClient({ url, auth: { getToken } });
  await gateway.documents.save.mutate({ id: 'bench', folder: 'bench', title: 'A web framework', body: 'Routes and middleware.' });
  await gateway.files.list.query({});
  await gateway.inference.classify.mutate({ texts: ['A web framework'] });
  const until = performance.now() + 30_000;
  const isThere = async (): Promise<boolean> => {
    const found = await foundIds(gateway, { text: 'framework' });
    const { answers } = await gateway.answers.ask.query({ question: 'What is a web framework?' });
    const { items } = await gateway.events.recent.query({});
    return found.total > 0 && answers.length > 0 && items.length > 0;
  };
  while (!(await isThere())) {
    if (performance.now() > until) throw new Error('the saved document was not found within 30 s');
    await pause(100);
  }
}

async function firstAnswer(url: string): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (performance.now() < deadlineMs) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    // The stage needs the processor more than the one who waits for it.
    await pause(5);
  }
  throw new Error(`no answer from ${url} within 20 s; is infra/cdk.out there? (npm run build)`);
}

async function cpuPerRequest(pid: number, url: string): Promise<number> {
  for (let at = 0; at < REQUESTS / 4; at += 1) await (await fetch(url)).text();
  const before = await cpuTicks(pid);
  for (let at = 0; at < REQUESTS; at += 1) await (await fetch(url)).text();
  return (((await cpuTicks(pid)) - before) * TICK_MS * 1_000) / REQUESTS;
}

const TICK_MS = 10;

/** utime + stime of proc(5), in ticks of 10 ms. */
async function cpuTicks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function print(name: string, starts: readonly Start[], of: (start: Start) => number, unit: string): void {
  const sorted = starts.map(of).sort((a, b) => a - b);
  const [median, best] = [quantile(sorted, 0.5), sorted[0] as number];
  console.log(`  ${name.padEnd(28)} ${median.toFixed(0).padStart(7)} ${unit}   best ${best.toFixed(0)}`);
}
