/** Type-checks the sources of a fresh project, and the declarations it has installed: `skipLibCheck` is off, unlike in most projects. */

import { join } from 'node:path';
import { ROOT, USER_COMPILER_OPTIONS } from '@org/release';
import type { FreshProject } from './fresh-project.js';

/** Names under which this package depends on compilers. */
export type Compiler = 'typescript' | 'typescript-5';

const CHECKED = {
  ...USER_COMPILER_OPTIONS,
  skipLibCheck: false,
  // The compiler's own libraries are not ours to check, and take longest.
  skipDefaultLibCheck: true,
};

/** How a project is set that leaves the rest to a bundler. */
export const BUNDLED = { noEmit: true, module: 'esnext', moduleResolution: 'bundler' };

/** The text of a `tsconfig.json`. */
export function configuration(options: object, include: readonly string[]): string {
  return JSON.stringify({ compilerOptions: { ...CHECKED, ...options }, include });
}

/** What the compiler complains about in the project, and in what is installed there from our tarballs; empty when there is nothing. */
export async function compile(project: FreshProject, compiler: Compiler, options: object): Promise<string> {
  await project.write('tsconfig.json', configuration(options, ['src']));
  const { output } = await project.run(process.execPath, [
    join(ROOT, 'apps/e2e/node_modules', compiler, 'bin/tsc'),
    '-p',
    '.',
    '--pretty',
    'false',
  ]);
  return output
    .split('\n')
    .filter((line) => !line.startsWith('..'))
    .join('\n');
}
