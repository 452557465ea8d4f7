/** The credentials of this process, for requests that are signed without an SDK client. Only `sdk.ts` loads this module. */

import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { AwsCredentialsProvider } from './aws-options.js';

/** The SDK's own chain: environment, then the role of the function or machine. */
export function ownCredentials(): AwsCredentialsProvider {
  return fromNodeProviderChain();
}
