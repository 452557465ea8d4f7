/**
 * The environment of a synthesis: which stage, and where the CDK CLI wants its output. Nothing else in infra reads `process.env`;
 * CDK itself also reads the context and flags its CLI hands over.
 */

/** What the environment says; absent and empty are the same. */
export interface SynthEnvironment {
  /** `GATEWAY_STAGE`: the stage when no `--stage` is given. */
  readonly stage: string | undefined;
  /** `CDK_OUTDIR`: set by the CDK CLI when it runs the app. */
  readonly outDirectory: string | undefined;
}

/**
 * What a deployment needs of the environment and is not there, a line each: a region, by itself or from a profile. Where credentials come
 * from (keys, a profile, a container, an instance) is AWS's SDK's business.
 */
export function missingForDeployment(variables: Readonly<Record<string, string | undefined>> = process.env): readonly string[] {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = variables;
  if (AWS_REGION || AWS_DEFAULT_REGION || AWS_PROFILE) return [];
  return ['AWS_REGION (or AWS_PROFILE, of a profile with a region): where to deploy to'];
}

/** Reads the environment. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): SynthEnvironment {
  return { stage: variables.GATEWAY_STAGE || undefined, outDirectory: variables.CDK_OUTDIR || undefined };
}
