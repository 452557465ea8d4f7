/** The part of the SQS SDK that the sequencer needs. Loaded with the first message only: see `resources/dynamo.ts`. Import its types only. */

import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsOptions, sdkConfig } from '../resources/aws-options.js';

/** Rejects with the SDK's own error. */
export interface Sqs {
  /** Sends at most 10 messages, 256 kB together. Resolves with what was not taken. */
  send(queueUrl: string, entries: readonly SendMessageBatchRequestEntry[]): Promise<readonly { readonly Code?: string | undefined }[]>;
  close(): void;
}

/** Opens the SDK; nothing is sent yet. */
export function openSqs(options: AwsOptions): Sqs {
  const client = new SQSClient(sdkConfig(options, { maxAttempts: 3, timeoutMs: 4_000 }));
  return {
    send: async (QueueUrl, entries) => {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...entries] }));
      return Failed;
    },
    close: () => client.destroy(),
  };
}
