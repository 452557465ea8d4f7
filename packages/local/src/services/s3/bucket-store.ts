/**
 * All buckets of the stage in one folder: the data folder, or without one a temporary folder that goes away on close. Opening is
 * lazy, so that a stage without buckets touches no disk.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bucket, openBucket } from './bucket.js';
import type { CorsRule } from './cors.js';

export interface BucketStore {
  /** Must have resolved before `get` and `list` are asked. */
  open(): Promise<void>;
  get(name: string): Bucket | undefined;
  list(): readonly Bucket[];
  /** Makes a bucket, or gives an existing one the rules passed. */
  create(about: BucketFile): Promise<Bucket>;
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a bucket. */
export interface BucketFile {
  readonly name: string;
  readonly createdAtMs: number;
  readonly cors: readonly CorsRule[];
  /** Its owner; buckets of older data folders have none noted, and are everybody's. */
  readonly accountId?: string;
}

/** A store in `dataFolder`; `undefined` keeps the objects only as long as the store is open. */
export function createBucketStore(dataFolder: string | undefined): BucketStore {
  const buckets = new Map<string, Bucket>();
  let root: string | undefined;
  let opening: Promise<void> | undefined;

  async function load(): Promise<void> {
    root = dataFolder ?? (await mkdtemp(join(tmpdir(), 'gateway-s3-')));
    await mkdir(root, { recursive: true });
    for (const name of await readdir(root)) {
      const about = await readBucketFile(join(root, name));
      if (about) buckets.set(about.name, await openBucket(join(root, name), about));
    }
  }

  async function save(about: BucketFile): Promise<void> {
    const folder = join(root!, about.name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'bucket.draft'), JSON.stringify(about));
    await rename(join(folder, 'bucket.draft'), join(folder, 'bucket.json'));
  }

  return {
    open() {
      opening ??= load();
      return opening;
    },
    get: (name) => buckets.get(name),
    list: () => [...buckets.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    async create(about) {
      const { name, cors } = about;
      const existing = buckets.get(name);
      await save({ ...about, createdAtMs: existing?.createdAtMs ?? about.createdAtMs });
      if (existing) {
        existing.cors = cors;
        return existing;
      }
      const bucket = await openBucket(join(root!, name), about);
      buckets.set(name, bucket);
      return bucket;
    },
    async remove(name) {
      buckets.delete(name);
      await rm(join(root!, name), { recursive: true, force: true });
    },
    async close() {
      await opening?.catch(() => undefined);
      buckets.clear();
      if (root !== undefined && dataFolder === undefined) await rm(root, { recursive: true, force: true });
    },
  };
}

async function readBucketFile(folder: string): Promise<BucketFile | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'bucket.json'), 'utf8')) as BucketFile;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new Error(
      `cannot read ${join(folder, 'bucket.json')}: expected the JSON this stage wrote; remove the folder to start with an empty bucket`,
      {
        cause: error,
      },
    );
  }
}
