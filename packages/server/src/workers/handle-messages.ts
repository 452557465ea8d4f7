/**
 * Messages of a bus: from an SQS queue (raw delivery by SNS), or from the stream of a bus table. Each is checked by the contract. One that
 * is no message, or does not fit, is a failure like any other: after its attempts it is in the dead-letter queue, where somebody sees it.
 */

import { BUS_TABLE_MESSAGE, readMessage, type WireMessage } from '../bus/wire-message.js';
import { describeIssues, validate } from '../execute/validate.js';
import { BUS_TABLE_KEYS } from '../service/bus.js';
import type { WorkerSource } from '../service/worker.js';
import { type BatchRecord, type BatchResult, batchResult, runBatch } from './run-batch.js';
import type { StreamEvent, StreamRecord } from './stream-event.js';
import { type WorkerParts, workerContext } from './worker-parts.js';
import type { MessageHandler, ReceivedMessage, WorkerFacts } from './worker-types.js';

type AnyBusMessages = Extract<WorkerSource, { readonly kind: 'messages' }>;

/** What is used of an SQS message as Lambda hands it over. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string; readonly MessageGroupId?: string };
}

export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

/** One message to work off, from either transport. */
interface Delivery {
  readonly id: string;
  readonly lane: string;
  readonly text: string;
  readonly attempt: number;
}

interface Invocation<TEvent> {
  readonly event: TEvent;
  readonly requestId: string;
}

/** Works a batch of a queue off; of a FIFO queue a group waits behind its first failure. */
export async function handleQueue(
  parts: WorkerParts,
  source: AnyBusMessages,
  { event, requestId }: Invocation<QueueEvent>,
): Promise<BatchResult> {
  const deliveries = event.Records.map(({ messageId, body, attributes = {} }) => ({
    id: messageId,
    lane: attributes.MessageGroupId ?? messageId,
    text: body,
    attempt: Number(attributes.ApproximateReceiveCount ?? 1),
  }));
  return batchResult(await deliver(parts, source, { deliveries, requestId, stopsAll: false }));
}

/** Works a batch of a bus table's stream off. Lambda comes again from the first record that failed. */
export async function handleBusStream(
  parts: WorkerParts,
  source: AnyBusMessages,
  { event, requestId }: Invocation<StreamEvent>,
): Promise<BatchResult> {
  const deliveries = event.Records.flatMap(streamDelivery);
  const failures = await deliver(parts, source, { deliveries, requestId, stopsAll: true });
  return batchResult(failures.slice(0, 1));
}

/** A row is a message once, when it is written; that it expires is nobody's business. */
function streamDelivery({ eventName, dynamodb }: StreamRecord): readonly Delivery[] {
  const { SequenceNumber, Keys, NewImage } = dynamodb ?? {};
  const { S: text } = (NewImage?.[BUS_TABLE_MESSAGE] ?? {}) as { readonly S?: string };
  if (eventName !== 'INSERT' || SequenceNumber === undefined) return [];
  const { S: key } = (Keys?.[BUS_TABLE_KEYS.partitionKey] ?? {}) as { readonly S?: string };
  return [{ id: SequenceNumber, lane: key ?? SequenceNumber, text: text ?? '', attempt: 1 }];
}

async function deliver(
  parts: WorkerParts,
  source: AnyBusMessages,
  { deliveries, requestId, stopsAll }: { readonly deliveries: readonly Delivery[]; readonly requestId: string; readonly stopsAll: boolean },
): Promise<readonly BatchRecord[]> {
  const handler = parts.implementation.handler as MessageHandler<ReceivedMessage<string, unknown>, WorkerFacts>;
  const ctx = workerContext(parts, requestId);
  const records = deliveries.map(({ id, lane, text, attempt }) => ({
    id,
    lane,
    run: async () => {
      const wire = readMessage(text);
      if (source.names.includes(wire.name)) return handler({ message: await checked(source, wire, attempt), ctx });
      parts.log.warn('a message of another name is passed over', { requestId, name: wire.name, id: wire.id });
    },
  }));
  return runBatch(records, {
    stopsAll,
    failed: ({ id }, cause) => parts.log.error('a message could not be worked off and will come again', { requestId, id, cause }),
  });
}

/** @throws Error that names message and field, and no value. */
async function checked(source: AnyBusMessages, wire: WireMessage, attempt: number): Promise<ReceivedMessage<string, unknown>> {
  const { name, id, key, publishedAtMs } = wire;
  const result = await validate(source.messages.messages[name]?.data, wire.data);
  if (result.success) return { name, data: result.data, id, key, publishedAtMs, attempt };
  throw new Error(`[BUS] message ${name} ${id} does not fit its schema: ${describeIssues(result.error.issues).text}`);
}
