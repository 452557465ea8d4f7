/**
 * An HTTP/1.1 answer out of what has arrived so far, one character a byte. Small answers only, in memory: those of `@connections` have a
 * sentence at most. https://www.rfc-editor.org/rfc/rfc9112#section-6.3 says where an answer ends.
 */

export interface Answer {
  readonly status: number;
  /** `GoneException` and the like. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/common-errors.html */
  readonly errorType: string | undefined;
  /** Empty for most. */
  readonly body: string;
  /** The connection may carry another request. */
  readonly reusable: boolean;
}

/** Of head and body together. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * The answer, or `undefined` while more has to come. `ended`: nothing more comes.
 *
 * @throws Error for what is no answer, and for one that is too long.
 */
export function readAnswer(received: string, ended = false): Answer | undefined {
  if (received.length > MAX_ANSWER_BYTES) throw new Error(`got an answer of more than ${MAX_ANSWER_BYTES} bytes`);
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) {
    if (!'HTTP/1.'.startsWith(received.slice(0, 7))) throw notHttp(received);
    return undefined;
  }
  const status = statusOf(received);
  const bodyStart = headEnd + 4;
  // Informational answers come before the answer. RFC 9110, 15.2.
  if (status < 200) return readAnswer(received.slice(bodyStart), ended);
  const head = received.slice(0, headEnd);
  const body = bodyOf(received, { status, head, bodyStart, ended });
  if (body === undefined) return undefined;
  return {
    status,
    errorType: header(head, ERROR_TYPE)?.split(':', 1)[0],
    body: body.text,
    reusable: body.end === received.length && received.startsWith('HTTP/1.1') && !/close/i.test(header(head, CONNECTION) ?? ''),
  };
}

const ERROR_TYPE = /\r\nx-amzn-errortype: *([^\r]*)/i;
const CONNECTION = /\r\nconnection: *([^\r]*)/i;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+) *(?:\r|$)/i;
const TRANSFER_ENCODING = /\r\ntransfer-encoding: *([^\r]*)/i;

function header(head: string, pattern: RegExp): string | undefined {
  return pattern.exec(head)?.[1]?.trim();
}

function statusOf(received: string): number {
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)[ \r]/.exec(received)?.[1];
  if (status === undefined) throw notHttp(received);
  return Number(status);
}

function notHttp(received: string): Error {
  return new Error(`got ${JSON.stringify(received.slice(0, 40))}, expected HTTP/1.1`);
}

/** `end`: index after the body. */
interface Body {
  readonly text: string;
  readonly end: number;
}

interface BodyPlace {
  readonly status: number;
  readonly head: string;
  readonly bodyStart: number;
  readonly ended: boolean;
}

function bodyOf(received: string, { status, head, bodyStart, ended }: BodyPlace): Body | undefined {
  if (status === 204 || status === 304) return { text: '', end: bodyStart };
  const encoding = header(head, TRANSFER_ENCODING);
  if (encoding !== undefined) {
    if (!/^chunked$/i.test(encoding)) throw new Error(`got transfer-encoding ${encoding}, expected chunked`);
    return chunks(received, bodyStart);
  }
  const length = header(head, CONTENT_LENGTH);
  if (length !== undefined) {
    const end = bodyStart + Number(length);
    return received.length < end ? undefined : { text: received.slice(bodyStart, end), end };
  }
  // Without a length the body ends with the connection, and nothing can follow.
  return ended ? { text: received.slice(bodyStart), end: -1 } : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function chunks(received: string, start: number): Body | undefined {
  let text = '';
  for (let at = start; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = /^([0-9a-f]{1,6})[ \t]*(?:;|$)/i.exec(received.slice(at, lineEnd))?.[1];
    if (size === undefined) throw new Error('got a chunk without a size, expected a hexadecimal number');
    const chunk = lineEnd + 2;
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) return lastChunk(received, { text, at: chunk });
    if (received.length < chunk + bytes + 2) return undefined;
    if (received.slice(chunk + bytes, chunk + bytes + 2) !== '\r\n') throw new Error('got a chunk that is longer than its size');
    text += received.slice(chunk, chunk + bytes);
    at = chunk + bytes + 2;
  }
}

/** After it come trailers, and an empty line. */
function lastChunk(received: string, { text, at }: { text: string; at: number }): Body | undefined {
  if (received.startsWith('\r\n', at)) return { text, end: at + 2 };
  const trailersEnd = received.indexOf('\r\n\r\n', at);
  return trailersEnd < 0 ? undefined : { text, end: trailersEnd + 4 };
}
