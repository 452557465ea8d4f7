/**
 * May API Gateway invoke this function? AWS asks the function's resource policy, which CDK writes as `AWS::Lambda::Permission` resources;
 * without one that matches, every call ends in a 500 that is hard to find. The local stage asks the same policies.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions
 */
import type { Authorize } from '../iam/authorize.js';
import type { Environment } from '../parts.js';

/** Whose call it is. */
export interface InvokeSource {
  readonly functionArn: string;
  /** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path` or `…:API/STAGE/ROUTE_KEY`, of the method or route and not of the request. */
  readonly sourceArn: string;
}

/** Answers whether a permission of the function allows the call. */
export type InvokePermission = (source: InvokeSource) => boolean;

/** Asks for an API of an account. */
export function createInvokePermission(authorize: Authorize, { accountId }: Environment): InvokePermission {
  return ({ functionArn, sourceArn }) =>
    authorize({
      principal: { service: 'apigateway.amazonaws.com' },
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId },
    }).allowed;
}
