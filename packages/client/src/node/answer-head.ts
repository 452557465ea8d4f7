/**
 * The head of an HTTP/1.1 answer: status and fields. It is strict where leniency would let one answer be read as two: what does not follow
 * the grammar is an error, and the connection is given up. https://www.rfc-editor.org/rfc/rfc9112#section-4
 */

/** Status and fields of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** By name in lower case; fields of one name are joined by `, `. */
  readonly fields: ReadonlyMap<string, string>;
  /** The server keeps the connection, as far as the head says. */
  readonly isKept: boolean;
}

const STATUS_LINE = /HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?(?=\r\n|$)/y;
const FIELD = /\r\n([\w!#$%&'*+\-.^`|~]+):[ \t]*([^\0\r\n]*)/y;

/**
 * Reads a head of `latin1` characters, without the empty line at its end.
 *
 * @throws Error for what is no head of HTTP/1
 */
export function readHead(head: string): AnswerHead {
  STATUS_LINE.lastIndex = 0;
  const [line = '', minor, status] = STATUS_LINE.exec(head) ?? [];
  if (!line) throw notHttp(head);
  const fields = new Map<string, string>();
  let at = line.length;
  while (at < head.length) {
    FIELD.lastIndex = at;
    const field = FIELD.exec(head);
    if (!field) throw notHttp(head.slice(at));
    const [whole, name, value] = field as unknown as [string, string, string];
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value.trimEnd() : `${before}, ${value.trimEnd()}`);
    at += whole.length;
  }
  return { status: Number(status), fields, isKept: isKept(minor === '1', fields.get('connection')) };
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-9.3 */
function isKept(isPersistent: boolean, connection: string | undefined): boolean {
  if (connection === undefined) return isPersistent;
  const options = connection.toLowerCase().split(/[ \t]*,[ \t]*/);
  return !options.includes('close') && (isPersistent || options.includes('keep-alive'));
}

/** Where the body of an answer ends: after so many bytes, with its last chunk, or with the connection. */
export type BodyLength = number | 'chunked' | 'until-close';

/**
 * https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 *
 * @param isHead the answer is to a HEAD request
 * @throws Error for a length or a coding that cannot be understood
 */
export function bodyLength({ status, fields }: AnswerHead, isHead: boolean): BodyLength {
  if (isHead || status === 204 || status === 304) return 0;
  const coding = fields.get('transfer-encoding');
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return 'chunked';
    throw new Error(`got transfer-encoding ${coding}, expected chunked`);
  }
  const length = fields.get('content-length');
  if (length === undefined) return 'until-close';
  if (/^\d{1,15}$/.test(length)) return Number(length);
  throw new Error(`got content-length ${length}, expected one number of bytes`);
}

function notHttp(text: string): Error {
  return new Error(`got ${JSON.stringify(text.slice(0, 40))}, expected HTTP/1.1`);
}
