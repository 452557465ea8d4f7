/** The part of the SNS SDK that a bus needs. Loaded with the first message only: see `resources/dynamo.ts`. Import its types only. */

import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { type AwsOptions, sdkConfig } from '../resources/aws-options.js';

/** Rejects with the SDK's own error. */
export interface Sns {
  publish(input: PublishCommandInput): Promise<unknown>;
}

/** Opens the SDK; nothing is sent yet. */
export function openSns(options: AwsOptions): Sns {
  const client = new SNSClient(sdkConfig(options, { maxAttempts: 3, timeoutMs: 4_000 }));
  return { publish: (input) => client.send(new PublishCommand(input)) };
}
