/** The policies of a stage, and STS. */
import { createEvaluator, type Evaluator } from './iam/evaluator.js';
import { MalformedPolicy } from './iam/malformed-policy.js';
import type { ResolvedStack } from './parts.js';
import { StageError } from './stage-error.js';
import type { Ground } from './stage-ground.js';
import type { WireHandler } from './wire/wire-handler.js';

/** Reads the policies. @throws StageError `TEMPLATE_INVALID` for a policy that cannot be read */
export function openIam(ground: Ground, stacks: readonly ResolvedStack[]): Evaluator {
  const { environment, clock, report, credentials } = ground;
  const { explainDenial } = ground.options;
  try {
    const operators = [credentials.operatorArn];
    return createEvaluator({ stacks, environment, clock, report, operators, ...(explainDenial === undefined ? {} : { explainDenial }) });
  } catch (cause) {
    if (!(cause instanceof MalformedPolicy)) throw cause;
    throw new StageError('TEMPLATE_INVALID', `${cause.message}; correct it in the CDK app and synthesize again`, { cause });
  }
}

/** A handler for the signing name `sts`. */
export async function openSts({ credentials, clock, report }: Ground, { roles, authorize }: Evaluator): Promise<WireHandler> {
  const { createStsService } = await import('./services/sts/service.js');
  return createStsService({ roles, authorize, credentials: credentials.store, openSession: credentials.openSession, clock, report });
}
