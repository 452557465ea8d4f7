/**
 * An event source mapping on a DynamoDB stream: reads records in order, hands them to a function in batches and moves its checkpoint
 * when a batch is done with. A failing batch holds up those behind it, as on AWS.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 *
 *   idle --record--> gathering --full, window over--> delivering --done, discarded--> idle
 *                                                     |      ^
 *                                                     +-wait-+  after a failure, twice as long each time
 *
 * Delivery is at least once: a stage that is killed between the work and the checkpoint repeats the batch.
 */
import { randomUUID } from 'node:crypto';
import type { Clock, Invoke, Report, StreamRecord, StreamSource } from '../parts.js';
import { readBatchOutcome } from './batch-response.js';
import type { Checkpoints } from './checkpoints.js';
import type { Destinations } from './destinations.js';
import { type BatchHistory, batchRecord } from './invocation-record.js';
import type { StreamMappingDefinition } from './mapping-definition.js';

export interface StreamMappingOptions {
  readonly mapping: StreamMappingDefinition;
  readonly source: StreamSource;
  readonly invoke: Invoke;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly report: Report;
  /** @default the name of the function */
  readonly functionArn?: string;
  /** Where records go that are given up. @default they are reported only */
  readonly destinations?: Destinations;
}

/** A running mapping. */
export interface RunningMapping {
  /** Stops reading and waits for the batch that is under way. */
  close(): Promise<void>;
}

/** The wait before the first repetition; it doubles up to the longest. AWS does not say how long it waits. */
const firstDelayMs = 1000;
const longestDelayMs = 60_000;

/** Starts a mapping. Resolves when its position is fixed: records written from then on are delivered. */
export async function startStreamMapping(options: StreamMappingOptions): Promise<RunningMapping> {
  const poller = new StreamPoller(options);
  await poller.open();
  return poller;
}

/** The last call for a batch. */
interface LastCall extends Pick<BatchHistory, 'invokeCount' | 'functionError'> {
  readonly requestId?: string;
}

class StreamPoller implements RunningMapping {
  readonly #options: StreamMappingOptions;
  #cursor = '0';
  #closed = false;
  #running: Promise<void> = Promise.resolve();
  #unwatch: () => void = () => undefined;
  /** Set by a new record, by the end of a wait and by `close`. */
  #woken = false;
  #wake: () => void = () => undefined;

  constructor(options: StreamMappingOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { mapping, source, checkpoints } = this.#options;
    this.#unwatch = source.watch(mapping.streamArn, () => this.#signal());
    this.#cursor = await this.#startingCursor();
    await checkpoints.write(mapping.id, this.#cursor);
    this.#running = this.#loop().catch((error: unknown) => {
      this.#say('error', `stops reading ${mapping.streamArn}: ${String(error)}`);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#signal();
    await this.#running;
  }

  /** A checkpoint ahead of the stream belongs to data that was deleted. */
  async #startingCursor(): Promise<string> {
    const { mapping, source, checkpoints } = this.#options;
    const latest = await source.latest(mapping.streamArn);
    const kept = await checkpoints.read(mapping.id);
    if (kept !== undefined && BigInt(kept) <= BigInt(latest)) return kept;
    return mapping.startingPosition === 'LATEST' && kept === undefined ? latest : '0';
  }

  async #loop(): Promise<void> {
    while (!this.#closed) {
      this.#woken = false;
      const first = await this.#read();
      if (first.length === 0) {
        await this.#sleep();
        continue;
      }
      const batch = await this.#gather(first);
      const delivered = await this.#deliver(
        batch.filter((record) => this.#matches(record)),
        0,
      );
      if (delivered) await this.#advance(batch.at(-1)!);
    }
  }

  /** What comes next. A stream that cannot be read is tried again; only closing ends that. */
  async #read(): Promise<readonly StreamRecord[]> {
    const { mapping, source } = this.#options;
    for (let delayMs = firstDelayMs; !this.#closed; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
      try {
        return await source.read(mapping.streamArn, this.#cursor, mapping.batchSize);
      } catch (error) {
        if (this.#closed) break;
        const reason = error instanceof Error ? error.message : String(error);
        this.#say('error', `cannot read ${mapping.streamArn}, and tries again in ${delayMs} ms: ${reason}`);
        await this.#pause(delayMs);
      }
    }
    return [];
  }

  /** Waits for more records until the batch is full or the batching window is over. */
  async #gather(first: readonly StreamRecord[]): Promise<readonly StreamRecord[]> {
    const { mapping, clock } = this.#options;
    let batch = first;
    let over = mapping.batchingWindowMs === 0;
    const cancel = clock.after(mapping.batchingWindowMs, () => {
      over = true;
      this.#signal();
    });
    while (!over && !this.#closed && batch.length < mapping.batchSize) {
      await this.#sleep();
      this.#woken = false;
      batch = await this.#read();
    }
    cancel();
    return batch;
  }

  /** `true` when every record was processed or discarded, `false` when the mapping was closed before. Halves share the retries of their whole. */
  async #deliver(records: readonly StreamRecord[], retriesSoFar: number): Promise<boolean> {
    const { mapping, invoke } = this.#options;
    let pending = await this.#withoutOld(records, { invokeCount: 0 });
    let retries = retriesSoFar;
    for (let delayMs = firstDelayMs; pending.length > 0; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
      if (this.#closed) return false;
      const requestId = randomUUID();
      const result = await invoke(mapping.functionName, { Records: pending }, { requestId });
      const outcome = readBatchOutcome(result, pending, mapping.reportsItemFailures);
      const { functionError } = result;
      const last = { requestId, invokeCount: retries + 1, ...(functionError === undefined ? {} : { functionError }) };
      if (outcome.kind === 'done') return true;
      if (outcome.kind === 'failed' && outcome.fromIndex > 0) {
        await this.#advance(pending[outcome.fromIndex - 1]!);
        pending = pending.slice(outcome.fromIndex);
        retries = 0;
      } else if (this.#splits(outcome.kind) && pending.length > 1) {
        const middle = Math.ceil(pending.length / 2);
        return (await this.#deliver(pending.slice(0, middle), retries)) && this.#deliver(pending.slice(middle), retries);
      }
      if (this.#closed) return false;
      const reason = outcome.kind === 'too-large' ? 'the record is larger than a Lambda request' : outcome.reason;
      if (outcome.kind === 'too-large' || (outcome.kind === 'failed' && retries >= mapping.maxRetries)) {
        const condition = outcome.kind === 'too-large' ? 'MaximumPayloadSizeExceeded' : 'RetryAttemptsExhausted';
        await this.#discard(pending, reason, { ...last, condition });
        return true;
      }
      if (outcome.kind === 'failed') retries += 1;
      this.#say('warn', `repeats ${pending.length} records in ${delayMs} ms: ${reason}`);
      await this.#pause(delayMs);
      pending = await this.#withoutOld(pending, last);
    }
    return true;
  }

  #splits(kind: 'failed' | 'refused' | 'too-large'): boolean {
    return kind === 'too-large' || (kind === 'failed' && this.#options.mapping.bisects);
  }

  #matches(record: StreamRecord): boolean {
    const { patterns } = this.#options.mapping;
    return patterns.length === 0 || patterns.some((pattern) => pattern.matches(record));
  }

  async #withoutOld(records: readonly StreamRecord[], last: LastCall): Promise<readonly StreamRecord[]> {
    const oldestMs = this.#options.clock.now() - this.#options.mapping.maxAgeMs;
    const old = records.filter((record) => record.dynamodb.ApproximateCreationDateTime * 1000 < oldestMs);
    if (old.length === 0) return records;
    await this.#discard(old, 'they are older than MaximumRecordAgeInSeconds', { ...last, condition: 'RecordAgeExceeded' });
    return records.filter((record) => !old.includes(record));
  }

  async #discard(records: readonly StreamRecord[], reason: string, last: LastCall & Pick<BatchHistory, 'condition'>): Promise<void> {
    const { mapping, clock, destinations } = this.#options;
    const { functionName, streamArn, onFailure: destinationArn } = mapping;
    const { functionArn = functionName } = this.#options;
    const fate =
      destinationArn === undefined ? 'they are lost, as on AWS without a failure destination' : `their place goes to ${destinationArn}`;
    const sequenceNumbers = records.map((record) => record.dynamodb.SequenceNumber);
    this.#say('error', `discards ${records.length} records: ${reason}; ${fate}`, { sequenceNumbers });
    if (destinationArn === undefined) return;
    const { requestId = randomUUID() } = last;
    const body = batchRecord({ ...last, requestId, functionArn, streamArn, records, nowMs: clock.now() });
    await destinations?.send({ functionName, destinationArn, body });
  }

  async #advance(done: StreamRecord): Promise<void> {
    this.#cursor = done.dynamodb.SequenceNumber;
    await this.#options.checkpoints.write(this.#options.mapping.id, this.#cursor);
  }

  #signal(): void {
    this.#woken = true;
    this.#wake();
  }

  async #sleep(): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** New records do not shorten a wait; closing does. */
  async #pause(delayMs: number): Promise<void> {
    let over = false;
    const cancel = this.#options.clock.after(delayMs, () => {
      over = true;
      this.#signal();
    });
    while (!over && !this.#closed) {
      this.#woken = false;
      await this.#sleep();
    }
    cancel();
  }

  #say(level: 'warn' | 'error', message: string, detail: Record<string, unknown> = {}): void {
    const { functionName } = this.#options.mapping;
    this.#options.report({
      level,
      part: 'lambda',
      message: `event source of ${functionName} ${message}`,
      detail: { functionName, ...detail },
    });
  }
}
