/**
 * The queue between the fan-out and its workers: SQS, standard, because pushes may come twice and in any order. The SDK is loaded with the
 * first topic that has more than one shard.
 */

import type { SQSClient } from '@aws-sdk/client-sqs';
import type { PushMessage } from './push-message.js';

export interface PushQueueOptions {
  readonly queueUrl: string;
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string;
  /** @default the SDK's own: `AWS_ENDPOINT_URL`, or AWS */
  readonly endpoint?: string;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Sdk = typeof import('@aws-sdk/client-sqs');

/** Messages of one request. Source: "Quotas related to messages", SQS. */
const MAX_ENTRIES = 10;

/** Sends messages. Rejects when one was not taken; the others are on their way then. */
export function createPushQueue({ queueUrl, ...client }: PushQueueOptions): (messages: readonly PushMessage[]) => Promise<void> {
  let opened: Promise<{ readonly sdk: Sdk; readonly sqs: SQSClient }> | undefined;
  const open = () => {
    opened ??= import('@aws-sdk/client-sqs').then((sdk) => ({ sdk, sqs: new sdk.SQSClient(client) }));
    return opened;
  };
  const send = async (messages: readonly PushMessage[]): Promise<void> => {
    const { sdk, sqs } = await open();
    const Entries = messages.map((message, at) => ({ Id: String(at), MessageBody: JSON.stringify(message) }));
    const { Failed = [] } = await sqs.send(new sdk.SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const [failed] = Failed;
    if (failed) throw new Error(`${Failed.length} of ${Entries.length} pushes were not taken: ${failed.Code} ${failed.Message ?? ''}`);
  };
  return async (messages) => {
    const batches = Array.from({ length: Math.ceil(messages.length / MAX_ENTRIES) }, (_, at) =>
      messages.slice(MAX_ENTRIES * at, MAX_ENTRIES * (at + 1)),
    );
    await Promise.all(batches.map(send));
  };
}
