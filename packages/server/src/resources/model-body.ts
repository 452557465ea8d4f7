/** Requests and responses of a model as bytes of its media type. */

import type { ModelResource } from '../service/model.js';
import { type CsvRow, readCsv, writeCsv } from './csv.js';

/**
 * A request's body.
 *
 * @throws TypeError for CSV that is no list of rows.
 */
export function writeModelBody({ name, contentType }: ModelResource, value: unknown): Uint8Array {
  switch (contentType) {
    case 'application/json':
      return Buffer.from(JSON.stringify(value));
    case 'application/jsonlines':
      return Buffer.from((Array.isArray(value) ? value : [value]).map((each) => `${JSON.stringify(each)}\n`).join(''));
    case 'text/csv':
      if (!Array.isArray(value) || !value.every(Array.isArray)) throw new TypeError(`[MODEL] ${name} takes CSV: expected a list of rows`);
      return Buffer.from(writeCsv(value as CsvRow[]));
    default:
      return contentType satisfies never;
  }
}

/**
 * What a response's body says.
 *
 * @throws Error for what is not of its media type.
 */
export function readModelBody({ contentType }: ModelResource, text: string): unknown {
  switch (contentType) {
    case 'application/json':
      return JSON.parse(text);
    case 'application/jsonlines':
      return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown]));
    case 'text/csv':
      return readCsv(text);
    default:
      return contentType satisfies never;
  }
}

/**
 * What one line of a streamed response says.
 *
 * @throws Error for what is not of its media type.
 */
export function readModelLine({ contentType }: ModelResource, line: string): unknown {
  return contentType === 'text/csv' ? readCsv(line)[0] : JSON.parse(line);
}
