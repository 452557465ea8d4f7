/**
 * An event source mapping on an SQS queue: receives messages in the name of the function's role, hands them to the function in batches, and
 * deletes what was processed. What failed stays in the queue, hidden until its visibility timeout is over; the queue's redrive policy counts
 * how often. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 *
 *   idle --message--> gathering --full, window over--> delivering --processed--> deleted
 *                                                      |    ^   +--failed--> left to the queue
 *                                                      +wait+  throttled, as long as the messages are hidden
 *
 * Batches run side by side up to a limit. The messages of one FIFO group never do: the queue keeps a group back while one of it is in flight.
 */
import type { Clock, Invoke, Report } from '../parts.js';
import type { Caller, QueueAccess, QueueRecord } from '../services/neighbours.js';
import { readBatchOutcome } from './batch-response.js';
import type { QueueMappingDefinition } from './queue-mapping-definition.js';
import { firstDelayMs, longestDelayMs, type MappingReport, mappingReport, messageOf, type RunningMapping } from './running-mapping.js';
import { WaitingRoom } from './waiting-room.js';

export interface QueueMappingOptions {
  readonly mapping: QueueMappingDefinition;
  readonly queues: QueueAccess;
  /** The role of the function. */
  readonly caller: Caller;
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly report: Report;
}

/** A receive gives ten messages at most. */
const maxReceive = 10;

/** Starts a mapping: messages that are in the queue already are delivered too. */
export function startQueueMapping(options: QueueMappingOptions): RunningMapping {
  return new QueuePoller(options);
}

interface Batch {
  readonly records: readonly QueueRecord[];
  /** When the first of them becomes visible again. */
  readonly visibleAtMs: number;
}

class QueuePoller implements RunningMapping {
  readonly #options: QueueMappingOptions;
  readonly #say: MappingReport;
  readonly #room: WaitingRoom;
  readonly #unwatch: () => void;
  readonly #running: Promise<void>;
  readonly #deliveries = new Set<Promise<void>>();
  #closed = false;

  constructor(options: QueueMappingOptions) {
    this.#options = options;
    this.#say = mappingReport(options.report, options.mapping.functionName);
    this.#room = new WaitingRoom(options.clock);
    this.#unwatch = options.queues.watch(options.mapping.queueArn, () => this.#room.wake());
    this.#running = this.#loop();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#room.close();
    await this.#running;
    await Promise.all(this.#deliveries);
  }

  async #loop(): Promise<void> {
    let delayMs = firstDelayMs;
    while (!this.#closed) {
      this.#room.settle();
      try {
        const batch = this.#deliveries.size < this.#options.mapping.maxConcurrency ? await this.#gather() : undefined;
        delayMs = firstDelayMs;
        if (batch === undefined) await this.#room.sleep();
        else this.#start(batch);
      } catch (error) {
        this.#say('error', `cannot read ${this.#options.mapping.queueArn}, and tries again in ${delayMs} ms: ${messageOf(error)}`);
        await this.#room.pause(delayMs);
        delayMs = Math.min(longestDelayMs, delayMs * 2);
      }
    }
  }

  #start({ records, visibleAtMs }: Batch): void {
    const delivery: Promise<void> = this.#deliver(records, visibleAtMs)
      .catch((error: unknown) => this.#say('error', `fails inside: ${messageOf(error)}`))
      .finally(() => {
        this.#deliveries.delete(delivery);
        this.#room.wake();
      });
    this.#deliveries.add(delivery);
  }

  /** Receives until the batch is full or the batching window is over. */
  async #gather(): Promise<Batch | undefined> {
    const { mapping, clock, queues, caller } = this.#options;
    const visibleAtMs = clock.now() + queues.visibilityTimeoutMs(mapping.queueArn, caller);
    let records = await this.#receive(mapping.batchSize);
    const untilMs = clock.now() + mapping.batchingWindowMs;
    while (records.length > 0 && records.length < mapping.batchSize && !this.#closed) {
      this.#room.settle();
      const more = await this.#receive(mapping.batchSize - records.length);
      records = [...records, ...more];
      if (more.length > 0) continue;
      if (clock.now() >= untilMs) break;
      await this.#room.sleep(untilMs);
    }
    return records.length === 0 ? undefined : { records, visibleAtMs };
  }

  /** Messages that match the filters; the others are deleted. Asks again when none of what it got does. */
  async #receive(wanted: number): Promise<readonly QueueRecord[]> {
    const { mapping, queues, caller } = this.#options;
    for (;;) {
      const received = await queues.receive(mapping.queueArn, Math.min(maxReceive, wanted), caller);
      const matching = received.filter((record) => this.#matches(record));
      await this.#delete(received.filter((record) => !matching.includes(record)));
      if (matching.length > 0 || received.length === 0 || this.#closed) return matching;
    }
  }

  #matches(record: QueueRecord): boolean {
    const { patterns } = this.#options.mapping;
    if (patterns.length === 0) return true;
    const event = { ...record, body: jsonObject(record.body) ?? record.body };
    return patterns.some((pattern) => pattern.matches(event));
  }

  async #deliver(records: readonly QueueRecord[], visibleAtMs: number): Promise<void> {
    const { mapping, invoke, clock } = this.#options;
    const ids = records.map(({ messageId }) => messageId);
    for (let delayMs = firstDelayMs; !this.#closed; delayMs *= 2) {
      const outcome = readBatchOutcome(await invoke(mapping.functionName, { Records: records }), ids, mapping.reportsItemFailures);
      switch (outcome.kind) {
        case 'done':
          return this.#delete(records);
        case 'partly': {
          const { failedIds, reason } = outcome;
          await this.#delete(records.filter(({ messageId }) => !failedIds.has(messageId)));
          return this.#leave(
            records.filter(({ messageId }) => failedIds.has(messageId)),
            reason,
          );
        }
        case 'failed':
          return this.#leave(records, outcome.reason);
        case 'too-large': {
          if (records.length === 1) return this.#leave(records, 'the message is larger than a Lambda request');
          const middle = Math.ceil(records.length / 2);
          await this.#deliver(records.slice(0, middle), visibleAtMs);
          return this.#deliver(records.slice(middle), visibleAtMs);
        }
        case 'refused':
          if (clock.now() + delayMs >= visibleAtMs) return this.#leave(records, outcome.reason);
          await this.#room.pause(delayMs);
          break;
        default:
          return outcome satisfies never;
      }
    }
  }

  #leave(records: readonly QueueRecord[], reason: string): void {
    if (this.#closed) return;
    const messageIds = records.map(({ messageId }) => messageId);
    this.#say('warn', `leaves ${records.length} messages to their visibility timeout: ${reason}`, { messageIds });
  }

  /** A message that cannot be deleted comes back: it was delivered at least once. */
  async #delete(records: readonly QueueRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { mapping, queues, caller } = this.#options;
    const handles = records.map(({ receiptHandle }) => receiptHandle);
    await queues.delete(mapping.queueArn, handles, caller).catch((error: unknown) => {
      this.#say('error', `cannot delete ${records.length} messages, which come back: ${messageOf(error)}`);
    });
  }
}

function jsonObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
