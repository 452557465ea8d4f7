/**
 * What keeps queues and messages over a restart: LevelDB, with one entry for the content of a message and a small one for what changes. A
 * batch is written as a whole, so a message that moves to another queue is never in both and never in none, also when the process is killed.
 * Without a folder nothing is kept.
 *
 *   queue~NAME                attributes and creation
 *   content~NAME~ORDER        MessageContent
 *   state~NAME~ORDER          MessageState
 *   deduplication~NAME~KEY    Deduplication
 */
import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { type CommitQueue, createCommitQueue } from '../dynamodb/commit-queue.js';
import type { BatchOperation } from '../dynamodb/dynalite.js';
import { prefixRange } from '../dynamodb/store.js';
import type { MessageContent, MessageState } from './message.js';
import type { QueueAttributes } from './queue-attributes.js';

/** One change; several are written together. */
export type QueueChange = BatchOperation;

/** A queue as it is kept. */
export interface QueueRecordOnDisk {
  readonly attributes: QueueAttributes;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** The first message of a deduplication id, for five minutes. */
export interface Deduplication {
  readonly atMs: number;
  readonly messageId: string;
  readonly sequenceNumber: string;
}

export interface KeptMessage {
  /** 20 digits: the order in the queue, and the sequence number of a FIFO message. */
  readonly order: string;
  readonly content: MessageContent;
  readonly state: MessageState;
}

/** A queue with everything in it. */
export interface KeptQueue extends QueueRecordOnDisk {
  readonly name: string;
  readonly messages: readonly KeptMessage[];
  readonly deduplications: readonly (readonly [key: string, value: Deduplication])[];
}

export interface QueueStore {
  load(): Promise<readonly KeptQueue[]>;
  /** Resolves when the changes are written, all of them. */
  commit(changes: readonly QueueChange[]): Promise<void>;
  close(): Promise<void>;
}

/** The changes, by name. */
export const changes = {
  queue: (name: string, value: QueueRecordOnDisk): QueueChange => ({ type: 'put', key: `queue~${name}`, value }),
  noQueue: (name: string): QueueChange => ({ type: 'del', key: `queue~${name}` }),
  content: (name: string, order: string, value: MessageContent): QueueChange => ({ type: 'put', key: `content~${name}~${order}`, value }),
  state: (name: string, order: string, value: MessageState): QueueChange => ({ type: 'put', key: `state~${name}~${order}`, value }),
  remove: (name: string, order: string): readonly QueueChange[] => [
    { type: 'del', key: `content~${name}~${order}` },
    { type: 'del', key: `state~${name}~${order}` },
  ],
  deduplication: (name: string, key: string, value: Deduplication): QueueChange => ({
    type: 'put',
    key: `deduplication~${name}~${key}`,
    value,
  }),
  forget: (name: string, key: string): QueueChange => ({ type: 'del', key: `deduplication~${name}~${key}` }),
};

/** A store that keeps nothing. */
export function memoryQueueStore(): QueueStore {
  const nothing = async (): Promise<void> => undefined;
  return { load: async () => [], commit: nothing, close: nothing };
}

/** @throws Error that says why the folder cannot be opened */
export async function openQueueStore(folder: string): Promise<QueueStore> {
  await mkdir(folder, { recursive: true });
  const level = new ClassicLevel<string, unknown>(folder, { valueEncoding: 'json' });
  try {
    await level.open();
  } catch (cause) {
    const locked = (cause as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED';
    const reason = locked
      ? 'another process has it open; stop the other stage or give this one its own data folder'
      : 'it cannot be read; remove it to start empty';
    throw new Error(`cannot open the queues in ${folder}: ${reason}`, { cause });
  }
  const commits: CommitQueue = createCommitQueue({ batch: (operations) => level.batch([...operations]) });
  return {
    load: () => load(level),
    commit: (operations) => (operations.length === 0 ? Promise.resolve() : commits.commit(operations)),
    async close() {
      await commits.idle();
      await level.close();
    },
  };
}

async function load(level: ClassicLevel<string, unknown>): Promise<KeptQueue[]> {
  const queues: KeptQueue[] = [];
  for await (const [key, value] of level.iterator(prefixRange('queue~'))) {
    const name = key.slice('queue~'.length);
    const contents = await entries<MessageContent>(level, `content~${name}~`);
    const states = new Map(await entries<MessageState>(level, `state~${name}~`));
    queues.push({
      ...(value as QueueRecordOnDisk),
      name,
      messages: contents.flatMap(([order, content]) => {
        const state = states.get(order);
        return state === undefined ? [] : [{ order, content, state }];
      }),
      deduplications: await entries<Deduplication>(level, `deduplication~${name}~`),
    });
  }
  return queues;
}

async function entries<TValue>(level: ClassicLevel<string, unknown>, prefix: string): Promise<(readonly [string, TValue])[]> {
  const found: (readonly [string, TValue])[] = [];
  for await (const [key, value] of level.iterator(prefixRange(prefix))) found.push([key.slice(prefix.length), value as TValue]);
  return found;
}
