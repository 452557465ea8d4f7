/**
 * One stage for the whole suite: starts the local one from the synthesized template on free ports, in memory, or takes the deployed one.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standInOfEnvironment, startStage } from '@org/gateway-local';
import type { TestProject } from 'vitest/node';
import { deployedStage, faultSeed, sharedUsage } from './env.js';
import { ASSEMBLIES, explainDenial, ROOT } from './own-stage.js';
import { siteConfig } from './site-config.js';
import { isLastRun, noteUnused, unusedReport } from './unused-grants.js';

declare module 'vitest' {
  interface ProvidedContext {
    stage: StageUnderTest;
    /** Where stages of tests' own leave notes of the rights that they did not need. */
    usageFolder: string;
    /** Of the random numbers of the fault matrix. */
    faultSeed: number;
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
  /** Where any AWS client can reach the local stage. */
  readonly awsUrl: string | undefined;
  /** Who signs users in at the local stage. */
  readonly issuerUrl: string | undefined;
  /** Of a user who may do everything on a deployed stage. */
  readonly token: string | undefined;
  /** Outputs of the local stage's stacks. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** vitest's global setup. At the end it tells which rights no test needed: a `uses` that is too wide, or a test that is missing. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('faultSeed', faultSeed());
  const deployed = deployedStage();
  if (deployed) {
    project.provide('stage', {
      ...deployed,
      local: false,
      siteUrl: undefined,
      operator: undefined,
      awsUrl: undefined,
      issuerUrl: undefined,
      outputs: {},
    });
    return async () => {};
  }
  const standIn = standInOfEnvironment();
  const stage = await startStage({
    ...(standIn === undefined ? {} : { standIn }),
    assembly: ASSEMBLIES.local,
    explainDenial,
    site: {
      directory: join(ROOT, 'apps', 'web', 'dist', 'site'),
      port: 0,
      config: siteConfig,
    },
    report: ({ level, part, message }) => level === 'error' && console.error(`stage: ${part}: ${message}`),
  });
  const { restUrl, socketUrl, siteUrl, operator, awsUrl, issuerUrl, outputs } = stage;
  if (!restUrl || !socketUrl) throw new Error('the synthesized stage has no REST or no WebSocket API; run `npm run build`');
  project.provide('stage', { restUrl, socketUrl, siteUrl, local: true, operator, awsUrl, issuerUrl, token: undefined, outputs });
  const shared = sharedUsage();
  const usageFolder = shared?.folder ?? (await mkdtemp(join(tmpdir(), 'gateway-usage-')));
  project.provide('usageFolder', usageFolder);
  return async () => {
    if (shared) await noteUnused(usageFolder, stage.unusedGrants());
    const isLast = shared === undefined || (await isLastRun(usageFolder, shared.runs));
    if (isLast) console.log(await unusedReport(usageFolder, stage.unusedGrants()));
    if (!shared) await rm(usageFolder, { recursive: true });
    await stage.close();
  };
}
