/**
 * One bucket on disk: `objects/` with one file per object, `temporary/` for what is being written, `uploads/` for the parts of
 * multipart uploads. Every change of a key is made under that key's queue: conditions are checked and the file takes its place
 * without another writer in between.
 */
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyQueue } from '../key-queue.js';
import type { CorsRule } from './cors.js';
import { createDraft, type DraftFile, type ObjectRecord, objectPath, readRecord } from './object-file.js';
import { createObjectIndex, type ObjectIndex } from './object-index.js';
import { loadUploads, type Uploads } from './uploads.js';

export interface Bucket {
  readonly name: string;
  readonly createdAtMs: number;
  /** Its owner, if that was noted. */
  readonly accountId?: string;
  cors: readonly CorsRule[];
  readonly objects: Pick<ObjectIndex, 'get' | 'size' | 'sortedKeys' | 'firstNotBefore'>;
  readonly uploads: Uploads;
  /** A file for data on its way in; the caller ends it with `put` or `discard`. */
  draft(): Promise<DraftFile>;
  /** Makes a draft the object of `record.key`. `check` sees what is there and may throw; then nothing changes. */
  put(draft: DraftFile, record: ObjectRecord, check?: ExistingCheck): Promise<void>;
  /** Removes an object, if it is there. */
  remove(key: string, check?: ExistingCheck): Promise<void>;
  /** Opens an object for reading: record and data belong together even while it is overwritten. `undefined` when absent. */
  open(key: string): Promise<{ readonly record: ObjectRecord; readonly handle: FileHandle } | undefined>;
}

type ExistingCheck = (existing: ObjectRecord | undefined) => void;

/** Opens the bucket of a folder, creating what is missing; leftovers of interrupted writes are removed. */
export async function openBucket(folder: string, about: Pick<Bucket, 'name' | 'createdAtMs' | 'accountId' | 'cors'>): Promise<Bucket> {
  const objectsFolder = join(folder, 'objects');
  const temporaryFolder = join(folder, 'temporary');
  await rm(temporaryFolder, { recursive: true, force: true });
  await Promise.all([mkdir(objectsFolder, { recursive: true }), mkdir(temporaryFolder, { recursive: true })]);
  const objects = createObjectIndex(await loadRecords(objectsFolder));
  const draft = (): Promise<DraftFile> => createDraft(temporaryFolder);
  const uploads = await loadUploads(join(folder, 'uploads'));
  const queue = createKeyQueue();

  return {
    ...about,
    objects,
    uploads,
    draft,
    put: (file, record, check) =>
      queue(record.key, async () => {
        check?.(objects.get(record.key));
        await file.seal(record);
        await file.commit(objectPath(objectsFolder, record.key));
        objects.set(record);
      }),
    remove: (key, check) =>
      queue(key, async () => {
        check?.(objects.get(key));
        await rm(objectPath(objectsFolder, key), { force: true });
        objects.delete(key);
      }),
    open: (key) =>
      queue(key, async () => {
        const record = objects.get(key);
        return record && { record, handle: await open(objectPath(objectsFolder, key), 'r') };
      }),
  };
}

async function loadRecords(folder: string): Promise<ObjectRecord[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const records: ObjectRecord[] = [];
  for (let at = 0; at < files.length; at += 64) {
    const found = await Promise.all(files.slice(at, at + 64).map(readRecord));
    for (const record of found) if (record !== undefined) records.push(record as ObjectRecord);
  }
  return records;
}
