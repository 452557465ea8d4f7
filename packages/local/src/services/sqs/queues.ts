/** All queues of the stage: those of the template, those made by CreateQueue, and those that a data folder has kept. */
import { MalformedPolicy } from '../../iam/malformed-policy.js';
import type { Clock, Environment } from '../../parts.js';
import type { ServiceParts } from '../service-module.js';
import { queueDoesNotExist, sqsError } from './errors.js';
import { arnOfQueue } from './permission.js';
import { Queue } from './queue.js';
import { checkAttributes, type QueueAttributes, withDefaults } from './queue-attributes.js';
import type { QueueStore } from './queue-store.js';

export interface QueuesOptions {
  readonly environment: Environment;
  readonly awsUrl: string;
  readonly clock: Clock;
  readonly store: QueueStore;
  /** @default policies have no effect */
  readonly replacePolicy?: ServiceParts['replacePolicy'];
}

/** A name is taken for a minute after a queue was deleted: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
const deletedMs = 60_000;

/** Orders have 20 digits, as AWS's sequence numbers do. */
const firstOrder = 10_000_000_000_000_000_000n;

const queueName = /^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$/;

export class Queues {
  readonly #options: QueuesOptions;
  readonly #queues = new Map<string, Queue>();
  readonly #deleted = new Map<string, number>();
  #lastOrder = 0n;

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  /** Reads what the store has. */
  async open(): Promise<void> {
    for (const kept of await this.#options.store.load()) {
      this.#queues.set(kept.name, this.#queue(kept.name, kept));
      for (const { order } of kept.messages) this.#lastOrder = BigInt(order) > this.#lastOrder ? BigInt(order) : this.#lastOrder;
    }
  }

  all(): readonly Queue[] {
    return [...this.#queues.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  arnOf(name: string): string {
    return arnOfQueue(name, this.#options.environment);
  }

  urlOf(name: string): string {
    return `${this.#options.awsUrl}/${this.#options.environment.accountId}/${name}`;
  }

  /** The name in a queue URL, whatever its host; `undefined` for what is none of this account. */
  nameInUrl(url: string): string | undefined {
    const [, accountId, name] = /\/(\d{12})\/([\w.-]+)$/.exec(url) ?? [];
    return accountId === this.#options.environment.accountId ? name : undefined;
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  byArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** @throws AwsError `QueueDoesNotExist` */
  get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  /**
   * Makes a queue; one of the same name and attributes is there already.
   *
   * @throws AwsError `QueueNameExists`, `QueueDeletedRecently`, `InvalidParameterValueException`, `InvalidAttributeValue`
   */
  async create(name: string, attributes: QueueAttributes): Promise<Queue> {
    const fifo = checkName(name, attributes);
    checkAttributes(attributes, fifo);
    const present = this.#queues.get(name);
    if (present !== undefined) return sameAttributes(present, attributes);
    const deletedAtMs = this.#deleted.get(name) ?? Number.NEGATIVE_INFINITY;
    if (this.#options.clock.now() - deletedAtMs < deletedMs) {
      throw sqsError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      );
    }
    return this.#make(name, attributes);
  }

  /** Makes the queue of a template, or gives a kept one the template's attributes. */
  async ensure(name: string, attributes: QueueAttributes): Promise<void> {
    checkAttributes(attributes, checkName(name, attributes));
    const present = this.#queues.get(name);
    if (present === undefined) return void (await this.#make(name, attributes));
    const removed = Object.keys(present.attributes).map((attribute) => [attribute, ''] as const);
    await present.configure({ ...Object.fromEntries(removed), ...attributes });
  }

  async delete(name: string): Promise<void> {
    const queue = this.get(name);
    this.setPolicy(queue.arn, '');
    this.#queues.delete(name);
    this.#deleted.set(name, this.#options.clock.now());
    await queue.destroy();
  }

  /** Tells IAM of the policy of a queue; an empty text is none. @throws AwsError `InvalidAttributeValue` */
  setPolicy(queueArn: string, policy: string): void {
    try {
      this.#options.replacePolicy?.(queueArn, policy === '' ? undefined : policy);
    } catch (error) {
      if (!(error instanceof MalformedPolicy)) throw error;
      throw sqsError('InvalidAttributeValue', `Invalid value for the parameter Policy. Reason: ${error.message}`);
    }
  }

  /** Ends waiting receives, and writes what is left to write. */
  async close(): Promise<void> {
    for (const queue of this.#queues.values()) queue.close();
    await this.#options.store.close();
  }

  async #make(name: string, attributes: QueueAttributes): Promise<Queue> {
    const nowMs = this.#options.clock.now();
    if (attributes.Policy) this.setPolicy(this.arnOf(name), attributes.Policy);
    const queue = this.#queue(name, { attributes, createdAtMs: nowMs, modifiedAtMs: nowMs, messages: [], deduplications: [] });
    this.#queues.set(name, queue);
    await queue.save();
    return queue;
  }

  #queue(name: string, kept: ConstructorParameters<typeof Queue>[1]): Queue {
    const { clock, store } = this.#options;
    const parts = {
      name,
      arn: this.arnOf(name),
      clock,
      commit: store.commit,
      nextOrder: () => this.#nextOrder(),
      queueOf: (arn: string) => this.byArn(arn),
    };
    return new Queue(parts, kept);
  }

  /** Grows with the time, so that it goes on where a queue that is empty now had been before a restart. */
  #nextOrder(): string {
    const byTime = firstOrder + BigInt(this.#options.clock.now()) * 1_000_000n;
    this.#lastOrder = byTime > this.#lastOrder ? byTime : this.#lastOrder + 1n;
    return String(this.#lastOrder);
  }
}

/** Says whether it is the name of a FIFO queue. */
function checkName(name: string, attributes: QueueAttributes): boolean {
  const fifo = name.endsWith('.fifo');
  if (!queueName.test(name)) {
    throw sqsError(
      'InvalidParameterValueException',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length; the name of a FIFO queue ends in .fifo',
    );
  }
  if (fifo !== (attributes.FifoQueue === 'true')) {
    throw sqsError(
      'InvalidParameterValueException',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length; it goes with FifoQueue=true',
    );
  }
  return fifo;
}

function sameAttributes(present: Queue, wanted: QueueAttributes): Queue {
  const has = withDefaults(present.attributes, present.settings.fifo);
  const [different] = Object.entries(wanted).filter(([name, value]) => value !== '' && has[name] !== value);
  if (different === undefined) return present;
  throw sqsError('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${different[0]}`);
}
