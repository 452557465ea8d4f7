/**
 * Which function an Invoke call is for, as an ARN: policies are about ARNs. A plain name is one of the caller's own account.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
 */
import { accountOf } from '../iam/arn.js';
import type { Environment } from '../parts.js';

export interface InvokedFunction {
  /** With the qualifier, if one was given. */
  readonly arn: string;
  /** `false` for one that lives in another account than the one addressed. */
  readonly isThere: boolean;
}

/**
 * Reads `FunctionName`.
 *
 * @param at the caller's account, the qualifier of the query, and the ARN of the stage's function of a name
 */
export function invokedFunction(
  functionName: string,
  at: {
    readonly callerAccount: string | undefined;
    readonly qualifier: string | undefined;
    readonly arnOf: (name: string) => string | undefined;
    readonly environment: Environment;
  },
): InvokedFunction {
  const { partition, region, accountId } = at.environment;
  const [, wholeRegion, wholeAccount, account, name = functionName, own] =
    /^(?:arn:[^:]+:lambda:([^:]*):(\d{12}):function:|(\d{12}):function:)?([^:]+)(?::([^:]+))?$/.exec(functionName) ?? [];
  const known = at.arnOf(name);
  const addressed = wholeAccount ?? account ?? at.callerAccount ?? accountId;
  const qualifier = own ?? at.qualifier;
  const place = wholeRegion ?? known?.split(':')[3] ?? region;
  const arn = `arn:${partition}:lambda:${place}:${addressed}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
  return { arn, isThere: known === undefined || accountOf(known) === addressed };
}
