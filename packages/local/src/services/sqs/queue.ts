/**
 * One queue: messages in the order they came, hidden while they are delayed or received, and gone when they are deleted, too old or moved to
 * the dead-letter queue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 *
 *   delayed --delay over--> visible --receive--> in flight --delete--> gone
 *                              ^                    |
 *                              +--timeout over------+      received maxReceiveCount times already: to the dead-letter queue instead
 *
 * The memory is what counts; every change is written before it is answered. In a FIFO queue a group with a message in flight is passed over.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../parts.js';
import { Deduplications, deduplicationKey } from './deduplication.js';
import { invalidParameter, sqsError } from './errors.js';
import type { MessageContent, MessageState } from './message.js';
import { type QueueAttributes, type QueueSettings, readSettings } from './queue-attributes.js';
import { changes, type KeptMessage, type KeptQueue, type QueueChange } from './queue-store.js';
import { readReceiptHandle, writeReceiptHandle } from './receipt-handle.js';

export interface QueueParts {
  readonly name: string;
  readonly arn: string;
  readonly clock: Clock;
  readonly commit: (operations: readonly QueueChange[]) => Promise<void>;
  /** 20 digits, greater than any before. */
  readonly nextOrder: () => string;
  readonly queueOf: (arn: string) => Queue | undefined;
}

/** A message in memory: `state` is replaced, `content` never. */
export interface QueueEntry {
  readonly order: string;
  readonly content: MessageContent;
  state: MessageState;
}

/** A message as its receiver gets it. */
export interface ReceivedEntry extends KeptMessage {
  readonly receiptHandle: string;
}

export interface ReceiveRequest {
  readonly maxMessages: number;
  readonly visibilityTimeoutMs: number;
  readonly waitMs: number;
}

/** Messages that may be in flight at once: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maxInFlight = 120_000;

export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  attributes: QueueAttributes;
  settings: QueueSettings;
  readonly #parts: QueueParts;
  readonly #entries = new Map<string, QueueEntry>();
  /** Entries that are hidden, and some that were: they leave the set when it is next looked at. */
  readonly #hidden = new Set<QueueEntry>();
  /** No message is older. */
  #oldestMs = Number.POSITIVE_INFINITY;
  readonly #deduplications: Deduplications;
  readonly #waiting = new Set<() => void>();
  readonly #watching = new Set<() => void>();
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(parts: QueueParts, kept: Omit<KeptQueue, 'name'>) {
    this.#parts = parts;
    this.name = parts.name;
    this.arn = parts.arn;
    this.createdAtMs = kept.createdAtMs;
    this.modifiedAtMs = kept.modifiedAtMs;
    this.attributes = kept.attributes;
    this.settings = readSettings(kept.attributes, parts.name.endsWith('.fifo'));
    this.#deduplications = new Deduplications(parts.name, kept.deduplications);
    for (const message of kept.messages) this.#add({ ...message });
  }

  /** Replaces some attributes. An empty text removes one. */
  configure(attributes: QueueAttributes): Promise<void> {
    const merged = Object.entries({ ...this.attributes, ...attributes }).filter(([, value]) => value !== '');
    this.attributes = Object.fromEntries(merged);
    this.settings = readSettings(this.attributes, this.settings.fifo);
    this.modifiedAtMs = this.#parts.clock.now();
    this.#changed();
    return this.save();
  }

  save(): Promise<void> {
    const { attributes, createdAtMs, modifiedAtMs } = this;
    return this.#parts.commit([changes.queue(this.name, { attributes, createdAtMs, modifiedAtMs })]);
  }

  /** Keeps a message; a FIFO queue gives that of the last five minutes with the same deduplication id instead. */
  async send(content: MessageContent, delayMs: number): Promise<{ readonly messageId: string; readonly sequenceNumber: string }> {
    const nowMs = this.#parts.clock.now();
    const { groupId, deduplicationId, id: messageId } = content;
    const perGroup = this.settings.deduplicationScope === 'messageGroup';
    const key = deduplicationId === undefined ? undefined : deduplicationKey(deduplicationId, perGroup ? groupId : undefined);
    const known = key === undefined ? undefined : this.#deduplications.find(key, nowMs);
    if (known !== undefined) return known;
    const state = { visibleAtMs: nowMs + delayMs, receiveCount: 0, receivesHere: 0, keptSinceMs: nowMs };
    const { operations, order } = this.#place(content, state);
    const remembered = key === undefined ? [] : this.#deduplications.add(key, { atMs: nowMs, messageId, sequenceNumber: order });
    await this.#parts.commit([...operations, ...remembered]);
    return { messageId, sequenceNumber: order };
  }

  /** Waits up to `waitMs` for the first message. */
  async receive(request: ReceiveRequest): Promise<readonly ReceivedEntry[]> {
    const untilMs = this.#parts.clock.now() + request.waitMs;
    for (;;) {
      const { taken, operations } = this.#take(request);
      await this.#parts.commit(operations);
      if (taken.length > 0 || this.#closed || this.#parts.clock.now() >= untilMs) return taken;
      await this.#change(untilMs);
    }
  }

  /** Deletes by receipt handle. One that another receive has replaced changes nothing. */
  async delete(handle: string): Promise<void> {
    const { order, receipt } = readReceiptHandle(handle, this.name);
    const entry = this.#entries.get(order);
    if (entry === undefined) return;
    const expired = entry.state.receipt !== receipt || entry.state.visibleAtMs <= this.#parts.clock.now();
    if (this.settings.fifo && expired) throw invalidParameter('ReceiptHandle', handle, 'The receipt handle has expired.');
    if (entry.state.receipt !== receipt) return;
    await this.#parts.commit(this.#remove(entry));
    this.#changed();
  }

  async changeVisibility(handle: string, timeoutMs: number): Promise<void> {
    const { order, receipt } = readReceiptHandle(handle, this.name);
    const entry = this.#entries.get(order);
    if (entry === undefined) {
      throw invalidParameter('ReceiptHandle', handle, 'Message does not exist or is not available for visibility timeout change.');
    }
    const nowMs = this.#parts.clock.now();
    if (entry.state.receipt !== receipt || entry.state.visibleAtMs <= nowMs) {
      throw sqsError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    entry.state = { ...entry.state, visibleAtMs: nowMs + timeoutMs };
    this.#hidden.add(entry);
    this.#changed();
    await this.#parts.commit([changes.state(this.name, order, entry.state)]);
  }

  purge(): Promise<void> {
    const operations = [...this.#entries.values()].flatMap((entry) => this.#remove(entry));
    return this.#parts.commit(operations);
  }

  /** Removes the queue with everything in it. */
  async destroy(): Promise<void> {
    const operations = [...this.#entries.values()].flatMap((entry) => this.#remove(entry));
    this.close();
    await this.#parts.commit([...operations, ...this.#deduplications.clear(), changes.noQueue(this.name)]);
  }

  /** What there is now. What is too old goes first. */
  async counts(): Promise<{ readonly visible: number; readonly inFlight: number; readonly delayed: number }> {
    await this.#parts.commit(this.#expire());
    const hidden = this.#stillHidden();
    const inFlight = hidden.filter(({ state }) => state.receipt !== undefined).length;
    return { visible: this.#entries.size - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  /** The oldest visible message, for a move to another queue. */
  oldestVisible(): QueueEntry | undefined {
    const nowMs = this.#parts.clock.now();
    for (const entry of this.#entries.values()) if (entry.state.visibleAtMs <= nowMs) return entry;
    return undefined;
  }

  /** Moves a message to the end of another queue, in one step. */
  async moveTo(target: Queue, entry: QueueEntry, content: MessageContent): Promise<void> {
    await this.#parts.commit(this.#transfer(target, entry, content));
  }

  /** Calls `wake` whenever a message may have become visible. */
  watch(wake: () => void): () => void {
    this.#watching.add(wake);
    this.#arm();
    return () => {
      this.#watching.delete(wake);
      this.#arm();
    };
  }

  /** Ends waiting receives and the timer. */
  close(): void {
    this.#closed = true;
    this.#watching.clear();
    this.#changed();
  }

  /** Puts a message at the end. */
  #place(content: MessageContent, state: MessageState): { readonly order: string; readonly operations: readonly QueueChange[] } {
    const order = this.#parts.nextOrder();
    this.#add({ order, content, state });
    this.#changed();
    return { order, operations: [changes.content(this.name, order, content), changes.state(this.name, order, state)] };
  }

  #add(entry: QueueEntry): void {
    this.#entries.set(entry.order, entry);
    this.#oldestMs = Math.min(this.#oldestMs, entry.state.keptSinceMs);
    if (entry.state.visibleAtMs > this.#parts.clock.now()) this.#hidden.add(entry);
  }

  #remove(entry: QueueEntry): readonly QueueChange[] {
    this.#entries.delete(entry.order);
    this.#hidden.delete(entry);
    return changes.remove(this.name, entry.order);
  }

  #take(request: ReceiveRequest): { readonly taken: readonly ReceivedEntry[]; readonly operations: readonly QueueChange[] } {
    const operations: QueueChange[] = [...this.#expire()];
    const nowMs = this.#parts.clock.now();
    const hidden = this.#stillHidden();
    const busyGroups = new Set(this.settings.fifo ? hidden.map(({ content }) => content.groupId) : []);
    const inFlight = hidden.filter(({ state }) => state.receipt !== undefined).length;
    const chosen: QueueEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (chosen.length >= request.maxMessages) break;
      if (entry.state.visibleAtMs > nowMs || busyGroups.has(entry.content.groupId)) continue;
      if (this.#isSpent(entry)) operations.push(...this.#giveUp(entry));
      else chosen.push(entry);
    }
    if (chosen.length > 0 && inFlight + chosen.length > maxInFlight) {
      throw sqsError('OverLimit', `Too many messages in flight: the limit is ${maxInFlight}.`);
    }
    const taken = chosen.map((entry) => this.#hide(entry, nowMs + request.visibilityTimeoutMs));
    if (taken.length > 0) this.#arm();
    return { taken, operations: [...operations, ...taken.map(({ order, state }) => changes.state(this.name, order, state))] };
  }

  #hide(entry: QueueEntry, visibleAtMs: number): ReceivedEntry {
    const { state } = entry;
    entry.state = {
      ...state,
      visibleAtMs,
      receiveCount: state.receiveCount + 1,
      receivesHere: state.receivesHere + 1,
      firstReceivedAtMs: state.firstReceivedAtMs ?? this.#parts.clock.now(),
      receipt: randomUUID(),
    };
    this.#hidden.add(entry);
    const handle = { queueName: this.name, order: entry.order, receipt: entry.state.receipt! };
    return { ...entry, receiptHandle: writeReceiptHandle(handle) };
  }

  /** Delayed messages and those in flight. */
  #stillHidden(): readonly QueueEntry[] {
    const nowMs = this.#parts.clock.now();
    for (const entry of this.#hidden) if (entry.state.visibleAtMs <= nowMs) this.#hidden.delete(entry);
    return [...this.#hidden];
  }

  #isSpent({ state }: QueueEntry): boolean {
    const { redrive } = this.settings;
    return redrive !== undefined && state.receivesHere >= redrive.maxReceiveCount && this.#deadLetterQueue() !== undefined;
  }

  #deadLetterQueue(): Queue | undefined {
    return this.settings.redrive && this.#parts.queueOf(this.settings.redrive.deadLetterTargetArn);
  }

  #giveUp(entry: QueueEntry): readonly QueueChange[] {
    return this.#transfer(this.#deadLetterQueue()!, entry, { ...entry.content, deadLetterSourceArn: this.arn });
  }

  /** The age of a message goes on in a standard queue and starts anew in a FIFO queue. */
  #transfer(target: Queue, entry: QueueEntry, content: MessageContent): readonly QueueChange[] {
    const nowMs = this.#parts.clock.now();
    const { receiveCount, keptSinceMs } = entry.state;
    const state = { visibleAtMs: nowMs, receiveCount, receivesHere: 0, keptSinceMs: this.settings.fifo ? nowMs : keptSinceMs };
    const removed = this.#remove(entry);
    return [...removed, ...target.#place(content, state).operations];
  }

  /** Removes what is older than the retention period. */
  #expire(): readonly QueueChange[] {
    const limitMs = this.#parts.clock.now() - this.settings.retentionMs;
    if (this.#oldestMs > limitMs) return [];
    const old = [...this.#entries.values()].filter(({ state }) => state.keptSinceMs <= limitMs);
    const operations = old.flatMap((entry) => this.#remove(entry));
    const ages = [...this.#entries.values()].map(({ state }) => state.keptSinceMs);
    this.#oldestMs = ages.reduce((least, age) => Math.min(least, age), Number.POSITIVE_INFINITY);
    return operations;
  }

  /** Resolves when something changed, or at a time. */
  #change(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(end);
        this.#arm();
        resolve();
      };
      const cancel = this.#parts.clock.after(untilMs - this.#parts.clock.now(), end);
      this.#waiting.add(end);
      this.#arm();
    });
  }

  #changed(): void {
    for (const wake of [...this.#waiting, ...this.#watching]) wake();
    this.#arm();
  }

  /** One timer for the next message that comes out of hiding, while somebody waits for it. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#closed || this.#waiting.size + this.#watching.size === 0) return;
    const nowMs = this.#parts.clock.now();
    const nextMs = this.#stillHidden().reduce((least, { state }) => Math.min(least, state.visibleAtMs), Number.POSITIVE_INFINITY);
    if (nextMs < Number.POSITIVE_INFINITY) this.#cancelTimer = this.#parts.clock.after(nextMs - nowMs, () => this.#changed());
  }
}
