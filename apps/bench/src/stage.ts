/**
 * The local stage as its own process: time from start to the first answered request, memory then, and the process's CPU per request.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile } from './paired.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const STARTS = 5;
const REQUESTS = 2_000;

/** Runs and prints. Memory and CPU are read from /proc, so those two lines are for Linux. */
export async function benchStage(): Promise<void> {
  const starts: number[] = [];
  const memory: number[] = [];
  let cpuMicros = Number.NaN;
  for (let run = 0; run < STARTS; run += 1) {
    const port = await freePort();
    const startedMs = performance.now();
    const others = ['--socket-port', '0', '--aws-port', '0'];
    const stage = spawn(
      process.execPath,
      [join(root, 'packages', 'local', 'dist', 'cli.js'), join(root, 'infra', 'cdk.out'), '--rest-port', String(port), ...others],
      { stdio: 'ignore' },
    );
    const url = `http://127.0.0.1:${port}/prod/health`;
    await firstAnswer(url);
    starts.push(performance.now() - startedMs);
    memory.push(await residentMiB(stage.pid as number));
    if (run === STARTS - 1) cpuMicros = await cpuPerRequest(stage.pid as number, url);
    stage.kill('SIGTERM');
    await once(stage, 'exit');
  }
  console.log(`\nLocal stage (${STARTS} starts)`);
  console.log(
    `  start to first answer        ${quantile(
      starts.sort((a, b) => a - b),
      0.5,
    )
      .toFixed(0)
      .padStart(7)} ms`,
  );
  console.log(
    `  memory then                  ${quantile(
      memory.sort((a, b) => a - b),
      0.5,
    )
      .toFixed(0)
      .padStart(7)} MiB`,
  );
  console.log(
    `  CPU per REST call            ${cpuMicros.toFixed(0).padStart(7)} µs (gateway, Lambda worker and handler; ${REQUESTS} calls)`,
  );
}

async function firstAnswer(url: string): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (performance.now() < deadlineMs) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`no answer from ${url} within 20 s; is infra/cdk.out there? (npm run build)`);
}

async function cpuPerRequest(pid: number, url: string): Promise<number> {
  for (let at = 0; at < REQUESTS / 4; at += 1) await (await fetch(url)).text();
  const before = await cpuTicks(pid);
  for (let at = 0; at < REQUESTS; at += 1) await (await fetch(url)).text();
  const TICK_MICROS = 10_000;
  return (((await cpuTicks(pid)) - before) * TICK_MICROS) / REQUESTS;
}

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
