/** Receipt handles: opaque to clients, for us the queue, the place in it, and a secret that every receive makes anew. */
import { sqsError } from './errors.js';

export interface ReceiptHandle {
  readonly queueName: string;
  readonly order: string;
  readonly receipt: string;
}

export function writeReceiptHandle({ queueName, order, receipt }: ReceiptHandle): string {
  return Buffer.from(`${queueName} ${order} ${receipt}`).toString('base64');
}

/** @throws AwsError `ReceiptHandleIsInvalid` for what is no handle of the queue */
export function readReceiptHandle(handle: string, queueName: string): ReceiptHandle {
  const [name, order, receipt] = Buffer.from(handle, 'base64').toString('utf8').split(' ');
  if (name !== queueName || order === undefined || receipt === undefined || !/^\d{20}$/.test(order)) {
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  return { queueName: name, order, receipt };
}
