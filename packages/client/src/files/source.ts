/**
 * What can be uploaded, read piece by piece: files and blobs (`openAsBlob` makes one of a file on disk), bytes in memory, and streams, whose
 * pieces are read once and in order.
 */

/** Bytes to upload. */
export type UploadSource = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/** What is said of a source that does not say it itself. */
export interface SourceFacts {
  /** @default a File's own, else `file` */
  readonly name?: string | undefined;
  /** Media type; parameters are left out. @default a Blob's own, else `application/octet-stream` */
  readonly contentType?: string | undefined;
  /** Length of a stream. @default the source's own */
  readonly bytes?: number | undefined;
}

/** A source with its facts. */
export interface Source {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** The bytes from one place up to another. Of a stream: the next ones. */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Lets go of a stream that is not read any further. */
  end?(): void;
}

/** @throws TypeError for a stream without its length, and for anything else */
export function sourceOf(file: UploadSource, facts: SourceFacts): Source {
  const { name = 'file', contentType, bytes } = facts;
  const about = { name, contentType: mediaTypeOf(contentType) };
  if (file instanceof Blob) {
    const own = file as Blob & { readonly name?: string };
    return {
      name: facts.name ?? own.name ?? name,
      contentType: mediaTypeOf(contentType ?? file.type),
      bytes: file.size,
      read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
    };
  }
  if (file instanceof ArrayBuffer || ArrayBuffer.isView(file)) {
    const whole =
      file instanceof ArrayBuffer ? new Uint8Array(file) : new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength);
    return { ...about, bytes: whole.length, read: async (from, to) => whole.subarray(from, to) };
  }
  if (file instanceof ReadableStream && bytes !== undefined) return { ...about, bytes, ...streamReader(file, bytes) };
  throw new TypeError(`cannot upload ${String(file)}, expected a Blob, bytes, or a ReadableStream with its length in bytes`);
}

/** The media type without parameters. What nobody knows is bytes. */
function mediaTypeOf(type = ''): string {
  return /^[a-z]+\/[a-z0-9.+-]+/.exec(type.toLowerCase())?.[0] ?? 'application/octet-stream';
}

function streamReader(stream: ReadableStream<Uint8Array>, bytes: number): Pick<Source, 'read' | 'end'> {
  const reader = stream.getReader();
  let rest = new Uint8Array(0);
  let position = 0;
  const next = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (from !== position)
      throw new TypeError('a stream is read once and in order; to go on with an upload give a stream that begins at its start');
    const piece = new Uint8Array(to - from);
    for (let filled = 0; filled < piece.length; ) {
      if (rest.length === 0) rest = await chunk(reader, position + filled, bytes);
      const taken = rest.subarray(0, piece.length - filled);
      piece.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
    }
    position = to;
    if (to === bytes && (rest.length > 0 || !(await reader.read()).done))
      throw new TypeError(`the stream has more than the ${bytes} bytes it was said to have`);
    return piece;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    read(from, to) {
      const piece = last.then(() => next(from, to));
      last = piece.catch(() => undefined);
      return piece;
    },
    end: () => void reader.cancel().catch(() => undefined),
  };
}

async function chunk(reader: ReadableStreamDefaultReader<Uint8Array>, position: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { done, value } = await reader.read();
  if (done) throw new TypeError(`the stream ended after ${position} of the ${bytes} bytes it was said to have`);
  return value as Uint8Array<ArrayBuffer>;
}
