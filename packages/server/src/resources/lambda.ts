/**
 * The part of the Lambda SDK that calls of other services need. Only `sdk.ts` loads this module, on the first call: see `dynamo.ts`. Import
 * its types only.
 */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type AwsOptions, sdkConfig } from './aws-options.js';

export interface Invocation {
  readonly functionName: string;
  /** Wait for the result, or leave the event with Lambda. */
  readonly waits: boolean;
  /** JSON. */
  readonly payload: string;
  /** How long the answer may take. */
  readonly timeoutMs: number;
}

/** What an invocation came to; `failed` when the function itself threw, ran out of time or memory. */
export interface InvocationResult {
  readonly failed: boolean;
  /** JSON; empty when nobody waited. */
  readonly text: string;
}

/** One attempt per invocation: only the caller knows whether the function may run twice. Rejects with the SDK's own error. */
export interface Lambda {
  invoke(invocation: Invocation): Promise<InvocationResult>;
  close(): void;
}

/** Opens the SDK; nothing is sent yet. */
export function openLambda(options: AwsOptions): Lambda {
  const client = new LambdaClient(sdkConfig(options, { maxAttempts: 1 }));
  return {
    invoke: async ({ functionName, waits, payload, timeoutMs }) => {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: waits ? 'RequestResponse' : 'Event',
        Payload: Buffer.from(payload),
      });
      const { FunctionError, Payload } = await client.send(command, { requestTimeout: timeoutMs });
      return { failed: FunctionError !== undefined, text: Payload?.transformToString() ?? '' };
    },
    close: () => client.destroy(),
  };
}
