/**
 * The multipart uploads of one bucket that are under way: what was said at their creation, and their parts as files. They survive
 * a restart. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChecksumAlgorithm } from '../../wire/checksum.js';
import { type DraftFile, type ObjectRecord, readRecord } from './object-file.js';

/** What `CreateMultipartUpload` said. */
export interface UploadRecord extends Pick<ObjectRecord, 'key' | 'metadata' | 'headers'> {
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
}

export interface PartRecord {
  readonly partNumber: number;
  readonly size: number;
  readonly md5Hex: string;
  readonly lastModifiedMs: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

export interface Upload extends UploadRecord {
  readonly parts: ReadonlyMap<number, PartRecord>;
}

export interface Uploads {
  get(uploadId: string): Upload | undefined;
  list(): readonly Upload[];
  create(record: UploadRecord): Promise<void>;
  /** Makes a draft the part of its number; `false` when the upload has ended meanwhile. */
  putPart(uploadId: string, draft: DraftFile, part: PartRecord): Promise<boolean>;
  openPart(uploadId: string, partNumber: number): Promise<FileHandle>;
  /** Forgets an upload and its parts. */
  remove(uploadId: string): Promise<void>;
}

interface OpenUpload extends UploadRecord {
  readonly parts: Map<number, PartRecord>;
}

/** Loads the uploads of a folder. */
export async function loadUploads(folder: string): Promise<Uploads> {
  await mkdir(folder, { recursive: true });
  const uploads = new Map<string, OpenUpload>();
  for (const entry of await readdir(folder)) {
    const upload = await loadUpload(join(folder, entry));
    if (upload) uploads.set(upload.uploadId, upload);
    else await rm(join(folder, entry), { recursive: true, force: true });
  }
  const partPath = (uploadId: string, partNumber: number): string => join(folder, uploadId, String(partNumber));

  return {
    get: (uploadId) => uploads.get(uploadId),
    list: () => [...uploads.values()],
    async create(record) {
      const target = join(folder, record.uploadId);
      await mkdir(target);
      await writeFile(join(target, 'upload.draft'), JSON.stringify(record));
      await rename(join(target, 'upload.draft'), join(target, 'upload.json'));
      uploads.set(record.uploadId, { ...record, parts: new Map() });
    },
    async putPart(uploadId, file, part) {
      await file.seal(part);
      const upload = uploads.get(uploadId);
      if (!upload) return false;
      await file.commit(partPath(uploadId, part.partNumber));
      upload.parts.set(part.partNumber, part);
      return true;
    },
    openPart: (uploadId, partNumber) => open(partPath(uploadId, partNumber), 'r'),
    async remove(uploadId) {
      uploads.delete(uploadId);
      await rm(join(folder, uploadId), { recursive: true, force: true });
    },
  };
}

async function loadUpload(folder: string): Promise<OpenUpload | undefined> {
  const names = await readdir(folder);
  if (!names.includes('upload.json')) return undefined;
  const record = JSON.parse(await readFile(join(folder, 'upload.json'), 'utf8')) as UploadRecord;
  const parts = new Map<number, PartRecord>();
  for (const name of names.filter((each) => /^\d+$/.test(each))) {
    const part = (await readRecord(join(folder, name))) as PartRecord | undefined;
    if (part) parts.set(part.partNumber, part);
  }
  return { ...record, parts };
}
