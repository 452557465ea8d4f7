/**
 * Who asks a GraphQL API: a key of the API, or a principal that signed for `appsync`.
 * https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
 */
import type { Clock, Principal, SignatureResult } from '../../parts.js';
import type { OpenRequest } from '../../wire/wire-handler.js';
import type { AuthMode, GraphApiDefinition } from './definition.js';
import { RequestError, unauthorized } from './graph-error.js';

export type Caller = { readonly mode: 'API_KEY' } | { readonly mode: 'AWS_IAM'; readonly principal: Principal };

/**
 * The caller of a request.
 *
 * @throws RequestError 401 for nobody and for a way that the API does not take, 403 for a signature that is not good
 */
export function authenticate(request: OpenRequest, api: GraphApiDefinition, clock: Clock): Caller {
  const { signature, headers } = request;
  if (signature.ok || signature.code !== 'MissingAuthenticationToken') return signedBy(signature, api);
  const key = headers['x-api-key'];
  if (key === undefined) throw unauthorized(headers.authorization === undefined ? 'Missing authorization header' : 'Permission denied');
  checkMode(api, 'API_KEY');
  const known = api.keys.find((each) => each.key === key);
  if (known === undefined || known.expiresAtMs <= clock.now()) throw unauthorized('You are not authorized to make this call.');
  return { mode: 'API_KEY' };
}

function signedBy(signature: SignatureResult, api: GraphApiDefinition): Caller {
  if (!signature.ok) throw new RequestError(403, signatureErrors[signature.code] ?? 'InvalidSignatureException', signature.message);
  if (signature.service !== 'appsync') {
    throw new RequestError(403, 'InvalidSignatureException', `Credential should be scoped to correct service: 'appsync'. `);
  }
  checkMode(api, 'AWS_IAM');
  return { mode: 'AWS_IAM', principal: signature.principal };
}

const signatureErrors: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
};

function checkMode(api: GraphApiDefinition, mode: AuthMode): void {
  if (!api.modes.has(mode)) throw unauthorized('Permission denied');
}
