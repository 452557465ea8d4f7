/**
 * The caller that API Gateway vouches for, where it does. With `authorizationType: AWS_IAM` it has checked the request's signature and says
 * whose it is; Cognito and JWT authorizers give `claims`, Lambda authorizers `principalId` and flat context values. Tokens that nobody has
 * checked yet are read by `identity/`. Nothing in any other header is believed.
 */

import type { FunctionParts } from '../execute/function-parts.js';
import { bearerToken } from '../identity/bearer.js';
import type { Identity } from '../identity/identity.js';
import type { RestRequest } from './rest-event.js';
import { kindOfMethod } from './rpc-calls.js';

/** The user behind an authorizer context, null when there is none. */
export function userOf(authorizer: unknown): Identity | null {
  if (typeof authorizer !== 'object' || authorizer === null) return null;
  const { claims, principalId } = authorizer as { readonly claims?: unknown; readonly principalId?: unknown };
  const texts = textsOf(typeof claims === 'object' && claims !== null ? claims : authorizer);
  const id = texts.sub ?? (typeof principalId === 'string' ? principalId : undefined);
  return id ? { id, claims: texts } : null;
}

/**
 * Who sent a request: the AWS identity that signed it in a service that asks for one, else whose token it carries.
 *
 * @throws GatewayError UNAUTHORIZED for credentials that are refused, SERVICE_UNAVAILABLE when they cannot be checked now.
 */
export async function restIdentity({ implementation, tokens, revocations }: FunctionParts, request: RestRequest): Promise<Identity | null> {
  const { userArn, authorizer } = request;
  if (implementation.declaration.auth === 'iam') return userArn === undefined ? null : { id: userArn, claims: {} };
  const token = tokens && bearerToken(request.header('authorization'));
  if (tokens === undefined || token === undefined) return userOf(authorizer);
  const user = await tokens.verify(token);
  await revocations?.refuse(user, { isQuery: kindOfMethod(request.method) === 'query' });
  return user;
}

function textsOf(values: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])));
}
