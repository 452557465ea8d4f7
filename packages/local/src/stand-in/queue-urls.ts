/** URLs of queues: functions see the stage's address, which the SQS client calls, the endpoint that stands in its own. */
import { AwsError } from '../wire/aws-error.js';
import type { StandInClient } from './client.js';
import { callJson } from './json-call.js';

export interface QueueUrls {
  /** The endpoint's URL. @throws AwsError `QueueDoesNotExist` */
  theirs(queueName: string): Promise<string>;
  /** What functions get for a URL of the endpoint. */
  ours(url: string): string;
  /** What the endpoint answered for a name. */
  note(queueName: string, url: string): void;
}

export function createQueueUrls(client: StandInClient, place: { readonly awsUrl: string; readonly accountId: string }): QueueUrls {
  const known = new Map<string, string>();
  return {
    async theirs(queueName) {
      const found = known.get(queueName);
      if (found !== undefined) return found;
      const { QueueUrl } = await callJson(client, { service: 'sqs', target: 'AmazonSQS.GetQueueUrl', input: { QueueName: queueName } });
      known.set(queueName, String(QueueUrl));
      return String(QueueUrl);
    },
    ours: (url) => `${place.awsUrl}/${place.accountId}/${nameInQueueUrl(url)}`,
    note: (queueName, url) => void known.set(queueName, url),
  };
}

/** The last part. */
export function nameInQueueUrl(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Endpoints name this error by the JSON protocol or by the older Query protocol. */
export function isMissingQueue(error: unknown): boolean {
  return error instanceof AwsError && /QueueDoesNotExist|NonExistentQueue/.test(error.code);
}
