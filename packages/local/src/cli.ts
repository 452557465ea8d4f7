#!/usr/bin/env node
/** The executable of `gateway-local`: connects command-line.ts to this process. */
import { runCommand } from './command-line.js';
import { standInOfEnvironment } from './stand-in/env.js';

const stopped = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve());
  process.once('SIGTERM', () => resolve());
});

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
  standIn: standInOfEnvironment(),
  stopped,
});
