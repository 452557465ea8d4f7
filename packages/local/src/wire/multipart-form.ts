/**
 * Reads `multipart/form-data` (RFC 7578) the way a browser posts a file to S3: small fields first, then one `file` part whose
 * content streams. Parts after the file are ignored, as S3 does. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */

/** A body that is not a form, or breaks a limit. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

export interface UploadForm {
  /** Fields before the file by lower-case name; with a name given twice the first one counts. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  readonly fileContentType: string | undefined;
  /** Content of the file part; to be read once, to its end. */
  readonly file: AsyncIterable<Buffer>;
}

/** S3's limit for everything in front of the file. */
const MAX_FIELDS_BYTES = 20_000;

/** The boundary of a `content-type`, `undefined` when it is not a form. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/** Reads the fields up to the file part. */
export async function readUploadForm(source: AsyncIterable<Buffer>, boundary: string): Promise<UploadForm> {
  const reader = createPartReader(source, boundary);
  const fields = new Map<string, string>();
  for (let headers = await reader.nextPart(); headers; headers = await reader.nextPart()) {
    const disposition = headers.get('content-disposition') ?? '';
    const name = parameter(disposition, 'name')?.toLowerCase();
    if (name === undefined) throw new FormError('a part of the form has no name in its content-disposition');
    if (name === 'file') {
      const fileName = (parameter(disposition, 'filename') ?? '').split(/[\\/]/).at(-1)!;
      return { fields, fileName, fileContentType: headers.get('content-type'), file: reader.content() };
    }
    const value = await collect(reader.content());
    if (!fields.has(name)) fields.set(name, value);
  }
  throw new FormError('POST requires exactly one file upload per request.');
}

async function collect(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > MAX_FIELDS_BYTES) throw new FormError(`a field in front of the file is longer than ${MAX_FIELDS_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(header);
  return match?.[1]?.replace(/%22/g, '"').replace(/\\"/g, '"');
}

interface PartReader {
  /** Headers of the next part, `undefined` after the last. The content of the one before must have been read. */
  nextPart(): Promise<ReadonlyMap<string, string> | undefined>;
  content(): AsyncGenerator<Buffer>;
}

function createPartReader(source: AsyncIterable<Buffer>, boundary: string): PartReader {
  const iterator = source[Symbol.asyncIterator]();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // A virtual CRLF in front lets the first delimiter be found like every other one.
  let held: Buffer = Buffer.from('\r\n');
  let started = false;

  async function more(): Promise<void> {
    const next = await iterator.next();
    if (next.done) throw new FormError('the form ended before its closing boundary');
    held = Buffer.concat([held, next.value]);
  }

  async function until(mark: string | Buffer): Promise<Buffer> {
    let at = held.indexOf(mark);
    while (at < 0) {
      if (held.length > MAX_FIELDS_BYTES) throw new FormError(`the headers of a part are longer than ${MAX_FIELDS_BYTES} bytes`);
      await more();
      at = held.indexOf(mark);
    }
    const piece = held.subarray(0, at);
    held = held.subarray(at + mark.length);
    return piece;
  }

  async function* content(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(delimiter);
      if (at >= 0) {
        if (at > 0) yield held.subarray(0, at);
        held = held.subarray(at + delimiter.length);
        return;
      }
      const safe = held.length - delimiter.length;
      if (safe > 0) {
        yield held.subarray(0, safe);
        held = held.subarray(safe);
      }
      await more();
    }
  }

  return {
    content,
    async nextPart() {
      if (!started) await until(delimiter);
      started = true;
      while (held.length < 2) await more();
      if (held.subarray(0, 2).toString('latin1') === '--') return undefined;
      const block = (await until('\r\n\r\n')).toString('utf8');
      return new Map(
        block
          .split('\r\n')
          .filter((line) => line.includes(':'))
          .map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const),
      );
    },
  };
}
