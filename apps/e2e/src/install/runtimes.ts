/**
 * The runtimes that a fresh project is run under besides the Node of this machine. They come from npm when they are asked for; versions are
 * exact, because a new one is a change like any other.
 */

import { WORKERD } from './workerd.js';

/** A way to run a program of a fresh project. */
export interface Runtime {
  readonly name: string;
  /** npm's package with the runtime in it, and the arguments before the program's file. */
  readonly package: string;
  readonly command: string;
  readonly args: readonly string[];
}

export const RUNTIMES: readonly Runtime[] = [
  { name: 'workerd', ...WORKERD },
  { name: 'Deno', package: 'deno@2.9.6', command: 'deno', args: ['run', '--quiet', '--allow-all', '--node-modules-dir=manual', 'main.js'] },
  { name: 'Bun', package: 'bun@1.4.5', command: 'bun', args: ['run', 'main.js'] },
  { name: 'Node 22', package: 'node@22.23.3', command: 'node', args: ['main.js'] },
  { name: 'Node 24', package: 'node@24.21.0', command: 'node', args: ['main.js'] },
];
