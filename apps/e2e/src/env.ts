/**
 * Which stage the suite runs on: the local one by default, a deployed one with `STAGE_URL`, `STAGE_SOCKET_URL` and a user's
 * token in `STAGE_TOKEN`.
 */

/** URLs of a deployed stage, or nothing for the local one. */
export interface DeployedStage {
  readonly restUrl: string;
  readonly socketUrl: string;
  /** Of a user who may do everything; without one what needs a user fails. */
  readonly token: string | undefined;
}

/**
 * @throws Error when only one of the two URLs is set.
 */
export function deployedStage(env: NodeJS.ProcessEnv = process.env): DeployedStage | undefined {
  const { STAGE_URL: restUrl, STAGE_SOCKET_URL: socketUrl, STAGE_TOKEN: token } = env;
  if (restUrl && socketUrl) return { restUrl, socketUrl, token };
  if (!restUrl && !socketUrl) return undefined;
  throw new Error(
    `STAGE_URL is ${restUrl ?? 'missing'} and STAGE_SOCKET_URL is ${socketUrl ?? 'missing'}: set both, or neither for the local stage`,
  );
}

/** Where the random numbers of the fault matrix begin: a run that failed is run again with its `FAULT_SEED`. @default another one for every run */
export function faultSeed(env: NodeJS.ProcessEnv = process.env): number {
  return env.FAULT_SEED ? Number(env.FAULT_SEED) : Math.floor(Math.random() * 1_000_000);
}

/** Virtual minutes of the soak. @default 2 */
export function soakMinutes(env: NodeJS.ProcessEnv = process.env): number {
  return Number(env.SOAK_MINUTES ?? 2);
}

/** On CI a missing browser is a failure; elsewhere its tests are skipped with a sentence. */
export function isCi(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.CI === 'true' || env.CI === '1';
}

/** The folder that several runs side by side leave their notes in, and how many runs there are. */
export function sharedUsage(env: NodeJS.ProcessEnv = process.env): { readonly folder: string; readonly runs: number } | undefined {
  const { E2E_USAGE_FOLDER: folder, E2E_RUNS: runs } = env;
  return folder === undefined ? undefined : { folder, runs: Number(runs ?? 1) };
}

/** Where to look for a browser first. */
export function configuredBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.CHROMIUM_PATH;
}

/** Where SageMaker has a container listen. */
export function modelPort(env: NodeJS.ProcessEnv = process.env): number {
  return Number(env.SAGEMAKER_BIND_TO_PORT ?? 8080);
}
