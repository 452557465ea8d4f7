/**
 * Credentials in another account: one AssumeRole, whose credentials all clients share until five minutes before they end, as the SDK's own
 * clients do. A failure is not remembered. Only `sdk.ts` loads this module, with the first operation on another account's resource.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */

import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { GatewayError } from '@org/gateway-core/errors';
import { type AwsCredentials, type AwsCredentialsProvider, sdkConfig } from './aws-options.js';
import type { AccountRole, CreateSdkOptions } from './sdk.js';
import { isDenied, mayPass } from './sdk-failure.js';

/** Five minutes: the SDK asks again then too (`@aws-sdk/core`, `isIdentityExpired`). */
const REFRESH_BEFORE_END_MS = 300_000;

const ATTEMPTS = { maxAttempts: 3, timeoutMs: 4_000 };

/** A provider of the role's credentials. It rejects with a GatewayError: SERVICE_UNAVAILABLE for what may pass, else INTERNAL_SERVER_ERROR. */
export function assumedRole(role: AccountRole, { endpoint, credentials, now }: Omit<CreateSdkOptions, 'role'>): AwsCredentialsProvider {
  const assume = fromTemporaryCredentials({
    params: { RoleArn: role.roleArn, ExternalId: role.externalId, RoleSessionName: role.sessionName },
    clientConfig: sdkConfig({ region: role.region, endpoint, credentials }, ATTEMPTS),
  });
  const load = async (): Promise<AwsCredentials> => {
    try {
      return await assume();
    } catch (cause) {
      throw assumeFailure(cause, role);
    }
  };
  return remembered(load, now);
}

/** The same credentials until they are about to end. One request at a time; while old ones still hold, a failed request is not an error. */
function remembered(load: AwsCredentialsProvider, now: () => number): AwsCredentialsProvider {
  let known: AwsCredentials | undefined;
  let loading: Promise<AwsCredentials> | undefined;
  const leftMs = () => (known === undefined ? 0 : (known.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now());
  return async () => {
    if (known && leftMs() > REFRESH_BEFORE_END_MS) return known;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    try {
      known = await loading;
      return known;
    } catch (cause) {
      if (known && leftMs() > 0) return known;
      throw cause;
    }
  };
}

function assumeFailure(cause: unknown, { account, roleArn, externalId }: AccountRole): GatewayError {
  const error = typeof cause === 'object' && cause !== null ? cause : {};
  if (mayPass(error))
    return new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] access to storage is busy or out of reach; try again', { cause });
  const on = `sts:AssumeRole on role ${roleArn} of account ${account} with external id "${externalId}"`;
  const remedy =
    "the role must trust this function's role under that external id, and this function's role be allowed sts:AssumeRole on it; deploy both accounts";
  return new GatewayError('INTERNAL_SERVER_ERROR', isDenied(error) ? `${on} was denied: ${remedy}` : `${on} failed: ${String(cause)}`, {
    cause,
  });
}
