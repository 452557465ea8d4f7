/**
 * May API Gateway invoke this function? AWS asks the function's resource policy, which CDK writes as `AWS::Lambda::Permission` resources;
 * without one that matches, every call ends in a 500 that is hard to find. The local stage checks the same resources.
 * Conditions other than `SourceArn` and `SourceAccount` do not exist on these resources.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
import type { Environment, ResolvedStack } from '../parts.js';
import { optionalText } from './properties.js';

/** Whose call it is. */
export interface InvokeSource {
  readonly functionArn: string;
  /** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path` or `…:API/STAGE/ROUTE_KEY`, of the method or route and not of the request. */
  readonly sourceArn: string;
}

/** Answers whether a permission of the stack allows the call. */
export type InvokePermission = (source: InvokeSource) => boolean;

/** Reads the stack's permissions once. */
export function readInvokePermissions(stack: ResolvedStack, environment: Environment): InvokePermission {
  const permissions = stack.resources
    .filter(
      (resource) =>
        resource.type === 'AWS::Lambda::Permission' &&
        ['lambda:InvokeFunction', 'lambda:*'].includes(optionalText(resource, 'Action') ?? '') &&
        optionalText(resource, 'Principal') === 'apigateway.amazonaws.com' &&
        (optionalText(resource, 'SourceAccount') ?? environment.accountId) === environment.accountId,
    )
    .map((permission) => ({
      functionName: optionalText(permission, 'FunctionName') ?? '',
      source: arnLike(optionalText(permission, 'SourceArn') ?? '*'),
    }));
  return ({ functionArn, sourceArn }) =>
    permissions.some(({ functionName, source }) => source.test(sourceArn) && names(functionName, functionArn));
}

/** `FunctionName` may be the ARN or the plain name, with or without an alias. */
function names(functionName: string, functionArn: string): boolean {
  return functionName === functionArn || `:${functionArn}:`.includes(`:function:${functionName}:`);
}

/** `ArnLike`: `*` any text, `?` one character. */
function arnLike(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
