/**
 * `If-Match`, `If-None-Match`, `If-Modified-Since` and `If-Unmodified-Since` (RFC 9110 section 13) as S3 evaluates them for reads,
 * for conditional writes, and for the source of a copy.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
import { s3Error } from './errors.js';
import type { ObjectRecord } from './object-file.js';
import type { HeaderReader } from './request-body.js';

type Facts = Pick<ObjectRecord, 'etag' | 'lastModifiedMs'>;

/** True when a read is to be answered with 304; throws `PreconditionFailed`. */
export function checkRead(header: HeaderReader, record: Facts): boolean {
  const ifMatch = header('if-match');
  const ifNoneMatch = header('if-none-match');
  if (ifMatch !== undefined && !listsEtag(ifMatch, record.etag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
  if (ifMatch === undefined && changedSince(header('if-unmodified-since'), record) === true) {
    throw s3Error('PreconditionFailed', { Condition: 'If-Unmodified-Since' });
  }
  if (ifNoneMatch !== undefined) return listsEtag(ifNoneMatch, record.etag);
  return changedSince(header('if-modified-since'), record) === false;
}

/** For PUT and Complete: `If-None-Match: *` and `If-Match: etag`. */
export function checkWrite(header: HeaderReader, key: string): (existing: Facts | undefined) => void {
  const ifMatch = header('if-match');
  const ifNoneMatch = header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
    throw s3Error('NotImplemented', { Header: 'If-None-Match' }, 'A header you provided implies functionality that is not implemented');
  }
  return (existing) => {
    if (ifNoneMatch !== undefined && existing) throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' });
    if (ifMatch === undefined) return;
    if (!existing) throw s3Error('NoSuchKey', { Key: key });
    if (!listsEtag(ifMatch, existing.etag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
  };
}

/** For the source of a copy every failing condition is 412. */
export function checkCopySource(header: HeaderReader, record: Facts): void {
  const read: HeaderReader = (name) => header(`x-amz-copy-source-${name}`);
  if (checkRead(read, record)) throw s3Error('PreconditionFailed', { Condition: 'x-amz-copy-source-If-None-Match' });
}

function listsEtag(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const one = each.trim().replace(/^W\//, '').replaceAll('"', '');
    return one === '*' || one === etag;
  });
}

/** Whether an object changed after a date; `undefined` without a valid date. HTTP dates have whole seconds. */
function changedSince(date: string | undefined, record: Facts): boolean | undefined {
  const sinceMs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(sinceMs) ? undefined : Math.floor(record.lastModifiedMs / 1000) * 1000 > sinceMs;
}
