/**
 * The one error class of the local stage: what a developer reads when the stage cannot start or cannot do what it was asked.
 * Errors *inside* the emulated deployment (a throwing function, a denied call) are never of this class: they travel on AWS's own
 * wires, as they would in the cloud.
 */

/**
 * - `ASSEMBLY_UNREADABLE` the cloud assembly is missing or damaged: synthesize again
 * - `TEMPLATE_INVALID` a template says something that CloudFormation would refuse, or that this stage cannot resolve
 * - `PORT_BUSY` a configured port is taken
 * - `SITE_UNREADABLE` the web folder is missing
 * - `STAND_IN_UNUSABLE` the AWS endpoint that is to stand in for services has a bad URL, does not answer, or refuses its keys
 * - `RESOURCE_REFUSED` a gateway or a service cannot run a resource as the template has it, or cannot open its data
 */
export type StageErrorCode =
  | 'ASSEMBLY_UNREADABLE'
  | 'TEMPLATE_INVALID'
  | 'PORT_BUSY'
  | 'SITE_UNREADABLE'
  | 'STAND_IN_UNUSABLE'
  | 'RESOURCE_REFUSED';

/** An error with a code; its message says what was got, what was expected and what to do. */
export class StageError extends Error {
  readonly code: StageErrorCode;

  constructor(code: StageErrorCode, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.name = 'StageError';
    this.code = code;
  }
}

/** Names the resource in an error of the part that runs it. */
export async function withResource<TResult>(stack: string, logicalId: string, work: () => Promise<TResult>): Promise<TResult> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StageError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StageError('RESOURCE_REFUSED', `stack ${stack}, resource ${logicalId}: ${message}`, { cause });
  }
}
