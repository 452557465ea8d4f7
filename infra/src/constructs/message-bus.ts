/**
 * A declared bus, and what each of its workers reads it by.
 *
 * - `sns-sqs`: a topic, and per worker a queue that gets the messages it asks for, as they were published (raw), with a dead-letter queue
 *   behind it. An ordered bus is FIFO all the way. CloudFormation makes up no `.fifo` names for topics, so FIFO ones are named.
 * - `table`: a table that keeps messages for a week; workers read its stream (`worker-source.ts`).
 *
 * https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
 */

import { BUS_TABLE_KEYS, type BusResource, type TableResource } from '@org/gateway-server/service';
import { type CfnElement, type CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { StreamViewType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FifoThroughputScope, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';
import { declaredTable } from './declared-table.js';

/** What carries a message's name: the message attribute in SNS, and the attribute of a row (the server package's `wire-message.ts`). */
const SNS_NAME_ATTRIBUTE = 'message';
const TABLE_NAME_ATTRIBUTE = 'name';

/** Long enough to notice, repair and redrive. SQS keeps nothing longer. */
const DEAD_LETTER_RETENTION = Duration.days(14);

/** Messages wait this long while nobody takes them. */
const RETENTION = Duration.days(4);

/** A function may be retried while its batch is in flight: AWS asks for six times its timeout. */
const VISIBILITY_FACTOR = 6;

/** The topic of a bus. */
export function busTopic(scope: Construct, { name, ordered }: BusResource, { stage, data }: StageSettings): Topic {
  const topic = new Topic(scope, name, {
    enforceSSL: true,
    ...(ordered ? { fifo: true, topicName: `gateway-${stage}-${name}.fifo`, fifoThroughputScope: FifoThroughputScope.MESSAGE_GROUP } : {}),
  });
  const resource = topic.node.defaultChild as CfnResource;
  resource.overrideLogicalId(name);
  // AWS's own key: whoever may publish may use it, without a right to the key.
  resource.addPropertyOverride('KmsMasterKeyId', 'alias/aws/sns');
  topic.applyRemovalPolicy(data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  return topic;
}

/** The table of a bus. */
export function busTable(scope: Construct, { name }: BusResource, { data }: StageSettings): TableV2 {
  const declaration: TableResource = { kind: 'table', name, indexes: {}, ...BUS_TABLE_KEYS };
  return declaredTable(scope, { declaration, data, stream: StreamViewType.NEW_IMAGE });
}

export interface WorkerQueueProps {
  readonly settings: StageSettings;
  readonly bus: BusResource;
  readonly topic: Topic;
  /** Names of the messages that the worker takes. */
  readonly messageNames: readonly string[];
  readonly deadLetters: Queue;
  readonly timeoutSeconds: number;
  readonly maxAttempts: number;
}

/** A worker's queue, subscribed to its messages. Only that topic may send to it. */
export function workerQueue(scope: Construct, id: string, props: WorkerQueueProps): Queue {
  const { settings, bus, topic, messageNames, deadLetters, maxAttempts } = props;
  const queue = dataQueue(scope, id, settings, {
    fifo: bus.ordered,
    retentionPeriod: RETENTION,
    visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * props.timeoutSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxAttempts },
  });
  topic.addSubscription(
    new SqsSubscription(queue, {
      rawMessageDelivery: true,
      filterPolicy: { [SNS_NAME_ATTRIBUTE]: SubscriptionFilter.stringFilter({ allowlist: [...messageNames] }) },
    }),
  );
  return queue;
}

/** A queue for what could not be done, until somebody looks at it. */
export function deadLetterQueue(scope: Construct, id: string, settings: StageSettings, fifo = false): Queue {
  const queue = dataQueue(scope, id, settings, { fifo, retentionPeriod: DEAD_LETTER_RETENTION });
  acknowledge(queue, {
    'AwsSolutions-SQS3': 'This is the queue of dead letters, of a function or stream where it is not of another queue.',
  });
  return queue;
}

/** What one message may be tried again for: an hour of a table that cannot be reached, at a try a minute. */
const SEQUENCER_ATTEMPTS = 60;

/** The queue of events that the sequencer numbers: groups are topics, and each has the throughput of a queue. */
export function sequencerQueue(scope: Construct, settings: StageSettings, timeoutSeconds: number, deadLetters: Queue): Queue {
  return dataQueue(scope, 'SequencerQueue', settings, {
    fifo: true,
    retentionPeriod: RETENTION,
    visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * timeoutSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: SEQUENCER_ATTEMPTS },
  });
}

type QueueOptions = Pick<
  NonNullable<ConstructorParameters<typeof Queue>[2]>,
  'retentionPeriod' | 'visibilityTimeout' | 'deadLetterQueue'
> & { readonly fifo: boolean };

function dataQueue(scope: Construct, id: string, { stage, data }: StageSettings, { fifo, ...options }: QueueOptions): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy: data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...options,
    ...(fifo
      ? {
          fifo,
          queueName: `gateway-${stage}-${id}.fifo`,
          deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
          fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        }
      : {}),
  });
  (queue.node.defaultChild as CfnElement).overrideLogicalId(id);
  return queue;
}

/** The filter of a stream that carries a bus: new messages of these names. */
export function streamFilter(messageNames: readonly string[]): Readonly<Record<string, unknown>> {
  return { eventName: ['INSERT'], dynamodb: { NewImage: { [TABLE_NAME_ATTRIBUTE]: { S: [...messageNames] } } } };
}
