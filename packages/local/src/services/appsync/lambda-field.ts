/**
 * A field that a Lambda function resolves directly: the event it gets, and what becomes of its answer.
 * https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html
 */
import type { GraphQLResolveInfo } from 'graphql';
import { type Authorize, denialMessage } from '../../iam/authorize.js';
import type { Environment, Invoke, InvokeResult, Principal } from '../../parts.js';
import type { Caller } from './authenticate.js';
import type { LambdaSource } from './definition.js';
import { FieldError } from './graph-error.js';
import { selectionSetGraphQL, selectionSetList } from './selection.js';

/** What a field is resolved with. */
export interface FieldCall {
  readonly source: unknown;
  readonly args: Readonly<Record<string, unknown>>;
  readonly info: GraphQLResolveInfo;
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface LambdaParts {
  readonly environment: Environment;
  readonly authorize: Authorize;
  readonly invoke: Invoke;
}

/** Of an evaluated resolver: https://docs.aws.amazon.com/general/latest/gr/appsync.html */
const maxResultBytes = 5 * 1024 * 1024;

/**
 * The value that the function returns.
 *
 * @throws FieldError when AppSync may not call it, or it fails
 */
export async function resolveWithLambda(lambda: LambdaSource, call: FieldCall, parts: LambdaParts): Promise<unknown> {
  checkAllowed(lambda, parts);
  const result = await parts.invoke(lambda.functionArn, lambdaEvent(call));
  if (result.functionError !== undefined) throw failure(result);
  if (Buffer.byteLength(result.payload) > maxResultBytes) throw new FieldError('MappingTemplate', 'Transformation too large');
  return JSON.parse(result.payload);
}

/** AppSync calls the function with the role of the data source. */
function checkAllowed({ functionArn, roleArn }: LambdaSource, { authorize, environment: { partition, accountId } }: LambdaParts): void {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const principal: Principal = { arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/APPSYNC_ASSUMED_ROLE` };
  const question = { principal, action: 'lambda:InvokeFunction', resource: functionArn, context: {} };
  const { allowed, message = denialMessage(question) } = authorize(question);
  if (!allowed) throw new FieldError('Lambda:AccessDeniedException', message);
}

/** The whole context of a resolver, as JSON. */
function lambdaEvent({ source, args, info, caller, headers }: FieldCall): unknown {
  return {
    arguments: args,
    identity: identityOf(caller),
    source: source ?? null,
    request: { headers, domainName: null },
    prev: null,
    info: {
      selectionSetList: selectionSetList(info),
      selectionSetGraphQL: selectionSetGraphQL(info),
      fieldName: info.fieldName,
      parentTypeName: info.parentType.name,
      variables: info.variableValues,
    },
    stash: {},
  };
}

/** Nobody for an API key. The name of a role's session has the session in it, where AWS puts the role's id in front. */
function identityOf(caller: Caller): unknown {
  if (caller.mode === 'API_KEY') return null;
  const { arn } = caller.principal;
  return {
    accountId: arn.split(':')[4],
    cognitoIdentityAuthProvider: null,
    cognitoIdentityAuthType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    sourceIp: ['127.0.0.1'],
    userArn: arn,
    username: arn.slice(arn.lastIndexOf('/') + 1),
  };
}

function failure({ functionError, payload }: InvokeResult): FieldError {
  const { errorMessage, message, Reason } = JSON.parse(payload) as { errorMessage?: string; message?: string; Reason?: string };
  const text = errorMessage ?? message ?? Reason ?? payload;
  switch (functionError) {
    case 'Throttled':
      return new FieldError('Lambda:TooManyRequestsException', text);
    case 'NotFound':
      return new FieldError('Lambda:ResourceNotFoundException', text);
    case 'RequestTooLarge':
      return new FieldError('Lambda:RequestTooLargeException', text);
    case 'Unhandled':
    case 'ResponseTooLarge':
    case undefined:
      return new FieldError('Lambda:Unhandled', text);
    default:
      return functionError satisfies never;
  }
}
