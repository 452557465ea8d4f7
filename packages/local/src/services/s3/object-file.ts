/**
 * One object as one file: the data, then a JSON record about it, then eight bytes that say how long the record is. A file is written
 * under a temporary name and renamed when complete, so an object is there as a whole or not at all, also after a kill. File names
 * are hashes of keys: no key can reach outside the folder or exceed the length of a file name.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChecksumAlgorithm } from '../../wire/checksum.js';

/** What is known of an object apart from its data. */
export interface ObjectRecord {
  readonly key: string;
  readonly size: number;
  /** Without quotes: the MD5 in hex, or `md5-N` for N parts. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** `x-amz-meta-*` without the prefix, lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** `content-type`, `cache-control`, … as they were sent, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: StoredChecksum;
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; with `-N` behind it for a composite of N parts. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

const MAGIC = 0x53334f31;
const FOOTER_BYTES = 8;

/** Where the object of a key lives in a folder. */
export function objectPath(folder: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex');
  return join(folder, hash.slice(0, 2), hash);
}

/** A file being written; `commit` or `discard` ends it. */
export interface DraftFile {
  write(chunk: Buffer): Promise<void>;
  /** Appends the record and closes; the file still has its temporary name. */
  seal(record: unknown): Promise<void>;
  /** Gives the sealed file its place, replacing what was there. */
  commit(path: string): Promise<void>;
  /** Removes it; harmless after `commit`. */
  discard(): Promise<void>;
}

/** Opens a draft in a folder for temporary files. */
export async function createDraft(temporaryFolder: string): Promise<DraftFile> {
  const path = join(temporaryFolder, randomUUID());
  let handle: FileHandle | undefined = await open(path, 'wx');
  const close = async (): Promise<void> => {
    await handle?.close();
    handle = undefined;
  };
  const write = async (chunk: Buffer): Promise<void> => {
    let offset = 0;
    while (offset < chunk.length) offset += (await handle!.write(chunk, offset)).bytesWritten;
  };
  return {
    write,
    async seal(record) {
      const json = Buffer.from(JSON.stringify(record));
      const footer = Buffer.alloc(FOOTER_BYTES);
      footer.writeUInt32BE(json.length, 0);
      footer.writeUInt32BE(MAGIC, 4);
      await write(Buffer.concat([json, footer]));
      await close();
    },
    async commit(target) {
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
    },
    async discard() {
      await close();
      await rm(path, { force: true });
    },
  };
}

/** The record of a sealed file, `undefined` for a file that is not one of ours. */
export async function readRecord(path: string): Promise<unknown> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size < FOOTER_BYTES) return undefined;
    const footer = await readExactly(handle, size - FOOTER_BYTES, FOOTER_BYTES);
    const length = footer.readUInt32BE(0);
    if (footer.readUInt32BE(4) !== MAGIC || length > size - FOOTER_BYTES) return undefined;
    return JSON.parse((await readExactly(handle, size - FOOTER_BYTES - length, length)).toString('utf8'));
  } finally {
    await handle.close();
  }
}

/** The data of an open file from `start` up to and without `end`; closes the handle in the end. */
export async function* readRange(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  try {
    for (let position = start; position < end; ) {
      const piece = Buffer.allocUnsafe(Math.min(256 * 1024, end - position));
      const { bytesRead } = await handle.read(piece, 0, piece.length, position);
      if (bytesRead === 0) throw new Error(`an object file ended at byte ${position}, expected ${end}`);
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error(`expected ${length} bytes at ${position}, got ${bytesRead}`);
  return bytes;
}
