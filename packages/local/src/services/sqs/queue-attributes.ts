/**
 * The attributes of a queue: their names, ranges and defaults, and what a template's properties come to.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 *
 * Encryption settings are kept and have no effect here.
 */
import { sqsError } from './errors.js';
import { maxMessageBytes } from './message.js';

/** As SetQueueAttributes takes them: everything is text. */
export type QueueAttributes = Readonly<Record<string, string>>;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

const RANGES: Readonly<Record<string, Range>> = {
  DelaySeconds: { min: 0, max: 900, fallback: 0 },
  MaximumMessageSize: { min: 1024, max: maxMessageBytes, fallback: maxMessageBytes },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, fallback: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, fallback: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, fallback: 30 },
  KmsDataKeyReusePeriodSeconds: { min: 60, max: 86_400, fallback: 300 },
};

const FIFO_ONLY: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: ['true', 'false'],
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const OTHERS = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'SqsManagedSseEnabled'];

/** What the queue itself asks of its attributes. Durations in milliseconds. */
export interface QueueSettings {
  readonly fifo: boolean;
  readonly delayMs: number;
  readonly maxBytes: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly visibilityTimeoutMs: number;
  readonly deduplicatesContent: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly redrive?: RedrivePolicy;
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/**
 * Checks attributes by themselves.
 *
 * @throws AwsError `InvalidAttributeName`, `InvalidAttributeValue`
 */
export function checkAttributes(attributes: QueueAttributes, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!valid(name, value, fifo)) throw sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
  }
  if (attributes.RedrivePolicy) readRedrivePolicy(attributes.RedrivePolicy);
}

function valid(name: string, value: string, fifo: boolean): boolean {
  const range = RANGES[name];
  if (range !== undefined) return /^\d+$/.test(value) && Number(value) >= range.min && Number(value) <= range.max;
  const values = FIFO_ONLY[name];
  if (values !== undefined) {
    // FifoQueue=false is what AWS refuses most often: leave it out for a standard queue.
    if (!fifo || (name === 'FifoQueue' && value !== 'true')) throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    return values.includes(value);
  }
  if (!OTHERS.includes(name)) throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  return true;
}

/** All attributes with their defaults, as GetQueueAttributes shows them. */
export function withDefaults(attributes: QueueAttributes, fifo: boolean): QueueAttributes {
  const numbers = ['DelaySeconds', 'MaximumMessageSize', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'VisibilityTimeout'];
  const defaults = Object.fromEntries(numbers.map((name) => [name, String(RANGES[name]!.fallback)]));
  const ofFifo = { FifoQueue: 'true', ContentBasedDeduplication: 'false', DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' };
  const all: QueueAttributes = { ...defaults, SqsManagedSseEnabled: 'true', ...(fifo ? ofFifo : {}), ...attributes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Reads checked attributes. */
export function readSettings(given: QueueAttributes, fifo: boolean): QueueSettings {
  const attributes = withDefaults(given, fifo);
  const milliseconds = (name: string): number => Number(attributes[name]) * 1000;
  return {
    fifo,
    delayMs: milliseconds('DelaySeconds'),
    maxBytes: Number(attributes.MaximumMessageSize),
    retentionMs: milliseconds('MessageRetentionPeriod'),
    waitMs: milliseconds('ReceiveMessageWaitTimeSeconds'),
    visibilityTimeoutMs: milliseconds('VisibilityTimeout'),
    deduplicatesContent: attributes.ContentBasedDeduplication === 'true',
    deduplicationScope: attributes.DeduplicationScope === 'messageGroup' ? 'messageGroup' : 'queue',
    ...(attributes.RedrivePolicy ? { redrive: readRedrivePolicy(attributes.RedrivePolicy) } : {}),
  };
}

function readRedrivePolicy(text: string): RedrivePolicy {
  const policy = parse(text) as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown } | null;
  const { deadLetterTargetArn, maxReceiveCount } = policy ?? {};
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) {
    throw sqsError(
      'InvalidAttributeValue',
      `Value ${text} for parameter RedrivePolicy is invalid. Reason: expected deadLetterTargetArn and a maxReceiveCount between 1 and 1000.`,
    );
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw sqsError(
      'InvalidAttributeValue',
      'Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.',
    );
  }
}

/** The attributes of an `AWS::SQS::Queue`. */
export function attributesOfTemplate(properties: Readonly<Record<string, unknown>>): QueueAttributes {
  const known = [...Object.keys(RANGES), ...Object.keys(FIFO_ONLY), ...OTHERS];
  const entries = known.flatMap((name) => {
    const value = properties[name];
    if (value === undefined || (name === 'FifoQueue' && String(value) === 'false')) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const];
  });
  return Object.fromEntries(entries);
}
