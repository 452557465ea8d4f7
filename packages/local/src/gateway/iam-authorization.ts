/**
 * `AuthorizationType: AWS_IAM` of a REST method: the request carries a SigV4 signature for `execute-api`, and the identity policies of who
 * signed it allow `execute-api:Invoke` on the path as it was called. A function finds the caller in `requestContext.identity`.
 *
 * Refusals are gateway responses, so a template may shape them; without a shape they read as AWS's.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 * @see https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden
 */
import type { IncomingMessage } from 'node:http';
import { accountOf } from '../iam/arn.js';
import { type Authorize, denialMessage } from '../iam/authorize.js';
import { readSignature } from '../iam/signature-parts.js';
import type { Environment, Principal, SignatureResult, VerifySignature } from '../parts.js';
import { GatewayError } from './gateway-error.js';
import { maskedAccount } from './masked-account.js';

/** Who signed a request, in the spelling of `requestContext.identity`. */
export interface CallerIdentity {
  readonly accessKey: string;
  readonly accountId: string;
  /** `AROA…:SESSION` of a session, `AIDA…` of a user. */
  readonly caller: string;
  readonly user: string;
  readonly userArn: string;
}

export interface IamParts {
  readonly verify: VerifySignature;
  readonly authorize: Authorize;
  /** The unique id of a principal. */
  readonly userIdOf: (principal: Principal) => string;
  readonly environment: Environment;
}

/** What is asked for: a method of an API as it was called, not as it is declared. */
export interface CalledMethod {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  /** `API/STAGE/GET/documents/7` */
  readonly resourcePath: string;
}

/** @throws GatewayError when the caller is unknown or may not call the method */
export type AuthorizeByIam = (called: CalledMethod) => CallerIdentity;

/** Makes the check of an API. */
export function createIamAuthorization({ verify, authorize, userIdOf, environment }: IamParts): AuthorizeByIam {
  return ({ incoming, body, resourcePath }) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const result = verify({ method, url, headers, body });
    if (!result.ok) throw refused(result, headers.authorization);
    requireScope(result, environment);
    const { principal } = result;
    const { partition, region, accountId } = environment;
    const resource = `arn:${partition}:execute-api:${region}:${accountId}:${resourcePath}`;
    const asked = { principal, action: 'execute-api:Invoke', resource, context: {} };
    const { allowed, message = denialMessage(asked) } = authorize(asked);
    if (!allowed) throw new GatewayError('ACCESS_DENIED', maskedAccount(message));
    const reading = readSignature({ url, headers });
    const caller = userIdOf(principal);
    return {
      accessKey: reading.kind === 'signed' ? reading.parts.accessKeyId : '',
      accountId: accountOf(principal.arn) ?? accountId,
      caller,
      user: caller,
      userArn: principal.arn,
    };
  };
}

/** What is sent as `Authorization` and is no signature, such as a bearer token; AWS repeats the header, which a log had better not have. */
const NOT_A_SIGNATURE =
  "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
  "Authorization header requires 'SignedHeaders' parameter.";

function refused({ code, message }: Extract<SignatureResult, { ok: false }>, authorization: string | undefined): GatewayError {
  switch (code) {
    case 'MissingAuthenticationToken':
      return authorization === undefined
        ? new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token')
        : incomplete(NOT_A_SIGNATURE);
    case 'IncompleteSignature':
      return incomplete(message);
    case 'InvalidClientTokenId':
      return new GatewayError('ACCESS_DENIED', message);
    case 'RequestExpired':
      return new GatewayError('EXPIRED_TOKEN', message, { errorType: 'InvalidSignatureException' });
    case 'ExpiredToken':
      return new GatewayError('EXPIRED_TOKEN', message);
    case 'SignatureDoesNotMatch':
      return new GatewayError('INVALID_SIGNATURE', message);
    default:
      return code satisfies never;
  }
}

function incomplete(message: string): GatewayError {
  return new GatewayError('INVALID_SIGNATURE', message, { errorType: 'IncompleteSignatureException' });
}

function requireScope(signed: Extract<SignatureResult, { ok: true }>, { region }: Environment): void {
  if (signed.service !== 'execute-api') {
    throw new GatewayError('INVALID_SIGNATURE', `Credential should be scoped to correct service: 'execute-api'. `);
  }
  if (signed.region !== region) throw new GatewayError('INVALID_SIGNATURE', `Credential should be scoped to a valid region. `);
}
