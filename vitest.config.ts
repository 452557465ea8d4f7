import { defineConfig } from 'vitest/config';

const node = {
  environment: 'node' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is compiled already, by `tsc -b` before every run, Node loads faster than vite, which would transform it once more in each run.
  // Not apps/release: vitest has Node resolve `development`, for which a library of its exports sources that Node cannot read.
  server: { deps: { external: [/\/(packages|apps|infra)\/(?!release\/)([^/]+\/)?dist\//] } },
  // A notice of AWS's SDK about Node 20, printed by every test file that loads it.
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
};

/** `unit` runs beside the code, `types` checks `*.test-d.ts`, `e2e` needs the built stage. */
export default defineConfig({
  test: {
    // vitest leaves one core alone by default, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          // Files of a worker share their modules: loading them anew for each took half of all the time.
          isolate: false,
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/{api,bench,classifier,model,release,start,web}/src/**/*.test.ts',
            'infra/src/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          ...node,
          name: 'e2e',
          include: ['apps/e2e/src/**/*.e2e.ts'],
          globalSetup: ['apps/e2e/src/global-setup.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
