/** The `Range` header for one range (RFC 9110 section 14.2). Several ranges or another unit are ignored, as S3 does. */
import { s3Error } from './errors.js';

/** Bytes from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The range asked for, `undefined` for the whole object; throws `InvalidRange` (416) when it starts behind the end. */
export function readRangeHeader(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || start >= end) throw s3Error('InvalidRange', { RangeRequested: header!, ActualObjectSize: size });
  return { start, end };
}
