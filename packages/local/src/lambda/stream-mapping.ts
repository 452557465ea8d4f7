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
import type { FaultBoard } from '../faults/board.js';
import type { Clock, Invoke, InvokeResult, Report, StreamRecord, StreamSource } from '../parts.js';
import { readBatchOutcome } from './batch-response.js';
import type { Checkpoints } from './checkpoints.js';
import type { Destinations } from './destinations.js';
import { deliverWithFaults } from './faulty-batch.js';
import { type BatchHistory, batchRecord } from './invocation-record.js';
import type { StreamMappingDefinition } from './mapping-definition.js';
import { firstDelayMs, longestDelayMs, type MappingReport, mappingReport, messageOf, type RunningMapping } from './running-mapping.js';
import { WaitingRoom } from './waiting-room.js';

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
  /** @default none */
  readonly faults?: FaultBoard;
}

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
  readonly #say: MappingReport;
  readonly #room: WaitingRoom;
  #cursor = '0';
  #closed = false;
  #running: Promise<void> = Promise.resolve();
  #unwatch: () => void = () => undefined;

  constructor(options: StreamMappingOptions) {
    this.#options = options;
    this.#say = mappingReport(options.report, options.mapping.functionName);
    this.#room = new WaitingRoom(options.clock);
  }

  async open(): Promise<void> {
    const { mapping, source, checkpoints } = this.#options;
    this.#unwatch = source.watch(mapping.streamArn, () => this.#room.wake());
    this.#cursor = await this.#startingCursor();
    await checkpoints.write(mapping.id, this.#cursor);
    this.#running = this.#loop().catch((error: unknown) => {
      this.#say('error', `stops reading ${mapping.streamArn}: ${String(error)}`);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#room.close();
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
      this.#room.settle();
      const first = await this.#read();
      if (first.length === 0) {
        await this.#room.sleep();
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
        this.#say('error', `cannot read ${mapping.streamArn}, and tries again in ${delayMs} ms: ${messageOf(error)}`);
        await this.#room.pause(delayMs);
      }
    }
    return [];
  }

  /** Waits for more records until the batch is full or the batching window is over. */
  async #gather(first: readonly StreamRecord[]): Promise<readonly StreamRecord[]> {
    const { mapping, clock } = this.#options;
    const untilMs = clock.now() + mapping.batchingWindowMs;
    let batch = first;
    while (batch.length < mapping.batchSize && clock.now() < untilMs) {
      await this.#room.sleep(untilMs);
      this.#room.settle();
      const more = await this.#read();
      if (this.#closed) break;
      batch = more;
    }
    return batch;
  }

  /** `true` when every record was processed or discarded, `false` when the mapping was closed before. Halves share the retries of their whole. */
  async #deliver(records: readonly StreamRecord[], retriesSoFar: number): Promise<boolean> {
    const { mapping } = this.#options;
    let pending = await this.#withoutOld(records, { invokeCount: 0 });
    let retries = retriesSoFar;
    for (let delayMs = firstDelayMs; pending.length > 0; delayMs = Math.min(longestDelayMs, delayMs * 2)) {
      if (this.#closed) return false;
      const requestId = randomUUID();
      const result = await this.#invoke(pending, requestId);
      const ids = pending.map(({ dynamodb }) => dynamodb.SequenceNumber);
      const outcome = readBatchOutcome(result, ids, mapping.reportsItemFailures);
      const doneCount = outcome.kind === 'partly' ? ids.findIndex((id) => outcome.failedIds.has(id)) : 0;
      const { functionError } = result;
      const last = { requestId, invokeCount: retries + 1, ...(functionError === undefined ? {} : { functionError }) };
      if (outcome.kind === 'done') return true;
      const hasFailed = outcome.kind === 'failed' || outcome.kind === 'partly';
      if (doneCount > 0) {
        await this.#advance(pending[doneCount - 1]!);
        pending = pending.slice(doneCount);
        retries = 0;
      } else if ((outcome.kind === 'too-large' || (hasFailed && mapping.bisects)) && pending.length > 1) {
        const middle = Math.ceil(pending.length / 2);
        return (await this.#deliver(pending.slice(0, middle), retries)) && this.#deliver(pending.slice(middle), retries);
      }
      if (this.#closed) return false;
      const reason = outcome.kind === 'too-large' ? 'the record is larger than a Lambda request' : outcome.reason;
      if (outcome.kind === 'too-large' || (hasFailed && retries >= mapping.maxRetries)) {
        const condition = outcome.kind === 'too-large' ? 'MaximumPayloadSizeExceeded' : 'RetryAttemptsExhausted';
        await this.#discard(pending, reason, { ...last, condition });
        return true;
      }
      if (hasFailed) retries += 1;
      this.#say('warn', `repeats ${pending.length} records in ${delayMs} ms: ${reason}`);
      await this.#room.pause(delayMs);
      pending = await this.#withoutOld(pending, last);
    }
    return true;
  }

  #invoke(records: readonly StreamRecord[], requestId: string): Promise<InvokeResult> {
    const { mapping, invoke, faults } = this.#options;
    const call = (Records: readonly StreamRecord[]): Promise<InvokeResult> => invoke(mapping.functionName, { Records }, { requestId });
    if (faults === undefined) return call(records);
    const pause = (ms: number): Promise<void> => this.#room.pause(ms);
    return deliverWithFaults(faults, { functionName: mapping.functionName, records, pause, call });
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
}
