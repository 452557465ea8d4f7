/**
 * What `/invocations` reads and writes: JSON, lines of JSON, and CSV with one text per row. A refusal has the HTTP status and a sentence that
 * says what was expected.
 */
import type { Classification } from './model.js';

/** Why a request cannot be answered. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How results are written, one piece per text, so that they can be sent while the next ones are made. */
export interface Writer {
  readonly contentType: string;
  readonly start: string;
  readonly end: string;
  piece(result: Classification, index: number): string;
}

const json: Writer = {
  contentType: 'application/json',
  start: '{"labels":[',
  end: ']}\n',
  piece: (result, index) => `${index === 0 ? '' : ','}${JSON.stringify(result)}`,
};

const lines: Writer = { contentType: 'application/jsonlines', start: '', end: '', piece: (result) => `${JSON.stringify(result)}\n` };

const csv: Writer = { contentType: 'text/csv', start: '', end: '', piece: ({ label, probability }) => `${label},${probability}\n` };

/** Most texts of one request; more is a mistake or an attack. */
export const maxTexts = 10_000;

/**
 * The texts of a body.
 *
 * @throws Refusal 415 for another content type, 400 for a body that does not fit it
 */
export function readTexts(body: string, contentType = 'application/json'): readonly string[] {
  const texts = textsOf(body, mediaType(contentType));
  if (texts.length > maxTexts) throw new Refusal(400, `got ${texts.length} texts, expected at most ${maxTexts}; send several requests`);
  return texts;
}

function textsOf(body: string, type: string): readonly string[] {
  switch (type) {
    case 'application/json':
      return textsMember(parseJson(body, 'the body'));
    case 'application/jsonlines':
    case 'application/x-ndjson':
      return splitLines(body).map((line, index) => lineText(parseJson(line, `line ${index + 1}`), index));
    case 'text/csv':
      return readCsv(body);
    default:
      throw new Refusal(415, `got content type ${type}, expected application/json, application/jsonlines or text/csv`);
  }
}

/**
 * How to write what an `Accept` header asks for.
 *
 * @throws Refusal 406 when none of its types can be written
 */
export function writerFor(accept = '*/*'): Writer {
  for (const type of accept.split(',').map(mediaType)) {
    if (['application/json', 'application/*', '*/*', ''].includes(type)) return json;
    if (type === 'application/jsonlines' || type === 'application/x-ndjson') return lines;
    if (type === 'text/csv' || type === 'text/*') return csv;
  }
  throw new Refusal(406, `got accept ${accept}, expected application/json, application/jsonlines or text/csv`);
}

function mediaType(header: string): string {
  return header.split(';')[0]!.trim().toLowerCase();
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `${what} is not JSON: ${(error as Error).message}`);
  }
}

function textsMember(value: unknown): readonly string[] {
  const texts = (value as { texts?: unknown } | null)?.texts;
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
  throw new Refusal(400, 'expected { "texts": ["…", "…"] }, a list of strings');
}

function lineText(value: unknown, index: number): string {
  const text = typeof value === 'object' && value !== null ? (value as { text?: unknown }).text : value;
  if (typeof text === 'string') return text;
  throw new Refusal(400, `line ${index + 1}: expected a string or { "text": "…" }`);
}

function splitLines(body: string): readonly string[] {
  return body.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** The first field of every row. https://www.rfc-editor.org/rfc/rfc4180 */
function readCsv(body: string): readonly string[] {
  const rows: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))([^\r\n]*)(?:\r?\n|$)/y;
  while (pattern.lastIndex < body.length) {
    const match = pattern.exec(body);
    if (match === null)
      throw new Refusal(400, `row ${rows.length + 1}: expected one text, quoted when it has commas, quotes or line breaks`);
    if (match[3] !== '' && !match[3]!.startsWith(',')) throw new Refusal(400, `row ${rows.length + 1}: got text after the closing quote`);
    rows.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
  }
  return rows;
}
