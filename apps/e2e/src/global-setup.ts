/**
 * One stage for the whole suite: starts the local one from the synthesized template on free ports, in memory, or takes the deployed one.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStage } from '@org/gateway-local';
import type { TestProject } from 'vitest/node';
import { deployedStage } from './env.js';

declare module 'vitest' {
  interface ProvidedContext {
    stage: StageUnderTest;
  }
}

/** Where the stage under test is. */
export interface StageUnderTest {
  readonly restUrl: string;
  readonly socketUrl: string;
  readonly local: boolean;
  /** The web page; the local stage serves it. */
  readonly siteUrl: string | undefined;
  /** Keys that may call everything on the local stage. */
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** vitest's global setup. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const deployed = deployedStage();
  if (deployed) {
    project.provide('stage', { ...deployed, local: false, siteUrl: undefined, operator: undefined });
    return async () => {};
  }
  const stage = await startStage({
    assembly: join(root, 'infra', 'cdk.out'),
    ports: { rest: 0, socket: 0, aws: 0 },
    site: {
      directory: join(root, 'apps', 'web', 'dist', 'site'),
      port: 0,
      config: (urls) => ({ restUrl: urls.restUrl, socketUrl: urls.socketUrl }),
    },
    report: ({ level, part, message }) => level === 'error' && console.error(`stage: ${part}: ${message}`),
  });
  const { restUrl, socketUrl, siteUrl, operator } = stage;
  if (!restUrl || !socketUrl) throw new Error('the synthesized stage has no REST or no WebSocket API; run `npm run build`');
  project.provide('stage', { restUrl, socketUrl, siteUrl, local: true, operator });
  return () => stage.close();
}
