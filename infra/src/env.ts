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

/** Reads the environment. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): SynthEnvironment {
  return { stage: variables.GATEWAY_STAGE || undefined, outDirectory: variables.CDK_OUTDIR || undefined };
}
