import { defineConfig } from 'vitest/config';

const node = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 60_000 };

/** `unit` runs beside the code, `types` checks `*.test-d.ts`, `e2e` needs the built stage. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/{api,classifier,start,web}/src/**/*.test.ts', 'infra/src/**/*.test.ts'],
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
