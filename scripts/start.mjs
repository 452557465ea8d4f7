/**
 * `npm start`: installs, builds, synthesizes, and runs the local stage with the web page on it. Everything after `--` goes to the stage:
 * `npm start -- --fresh` empties the data folder first, `npm start -- --help` lists the rest.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
console.log('Building …');
run('turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped', '--no-update-notifier'], { quiet: true });
await import(pathToFileURL(join(root, 'apps', 'start', 'dist', 'main.js')).href);
