/**
 * What a FIFO queue remembers of the deduplication ids of the last five minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
import { changes, type Deduplication, type QueueChange } from './queue-store.js';

export const deduplicationMs = 5 * 60_000;

export class Deduplications {
  readonly #queueName: string;
  /** Oldest first. */
  readonly #known: Map<string, Deduplication>;

  constructor(queueName: string, kept: readonly (readonly [string, Deduplication])[]) {
    this.#queueName = queueName;
    this.#known = new Map([...kept].sort(([, left], [, right]) => left.atMs - right.atMs));
  }

  /** The message that an id belongs to already. */
  find(key: string, nowMs: number): Deduplication | undefined {
    const found = this.#known.get(key);
    return found !== undefined && found.atMs + deduplicationMs > nowMs ? found : undefined;
  }

  /** Remembers an id, and forgets those whose time is over. */
  add(key: string, value: Deduplication): readonly QueueChange[] {
    const old: string[] = [];
    for (const [known, { atMs }] of this.#known) {
      if (atMs + deduplicationMs > value.atMs) break;
      old.push(known);
    }
    for (const each of old) this.#known.delete(each);
    this.#known.delete(key);
    this.#known.set(key, value);
    return [...old.map((each) => changes.forget(this.#queueName, each)), changes.deduplication(this.#queueName, key, value)];
  }

  /** The changes that forget everything. */
  clear(): readonly QueueChange[] {
    const all = [...this.#known.keys()].map((key) => changes.forget(this.#queueName, key));
    this.#known.clear();
    return all;
  }
}

/** Ids are told apart per queue, or per group with `DeduplicationScope: messageGroup`. */
export function deduplicationKey(id: string, groupId: string | undefined): string {
  return groupId === undefined ? encodeURIComponent(id) : `${encodeURIComponent(groupId)}/${encodeURIComponent(id)}`;
}
