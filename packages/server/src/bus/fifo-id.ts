/** What SNS and SQS take as a group or deduplication id: 1 to 128 letters, digits and punctuation of ASCII. */

import { createHash } from 'node:crypto';

const FIFO_ID = /^[!-~]{1,128}$/;

/** Other texts go by their hash: the same text, the same id. */
export function fifoId(text: string): string {
  return FIFO_ID.test(text) ? text : createHash('sha256').update(text).digest('hex');
}
