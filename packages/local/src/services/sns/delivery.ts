/**
 * Delivers notifications to subscribers. What a subscriber refuses for good (no such queue, not allowed) goes to the subscription's
 * dead-letter queue at once; what is out of order for the moment is tried again, at first at once, then with growing waits, for 23 days.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 *
 *   attempt --taken--> done
 *      |  +--refused, too old--> dead-letter queue, or lost with a report
 *      +--busy, broken--wait--> attempt
 *
 * Notifications of one group reach a queue in order: one that is tried again holds up those behind it.
 */
import { denialMessage } from '../../iam/authorize.js';
import { AwsError } from '../../wire/aws-error.js';
import { createKeyQueue } from '../key-queue.js';
import type { Caller } from '../neighbours.js';
import type { ServiceParts } from '../service-module.js';
import { envelope, functionEvent, type Notification, textFor } from './notification.js';
import type { Subscription } from './topic.js';

/** Tries without a wait, then waits of 1, 2, 4 to 20 seconds, until the notification is too old. */
const immediateTries = 3;
const longestWaitMs = 20_000;
const longestAgeMs = 23 * 24 * 60 * 60_000;

/** Publishers that wait for the first tries of the notifications of one group. */
interface Held {
  /** One of them is tried again later: nobody waits for that. */
  retrying: boolean;
  readonly release: Set<() => void>;
}

interface Attempt {
  readonly subscription: Subscription;
  readonly notification: Notification;
  readonly held: Held;
}

export class Deliveries {
  readonly #parts: ServiceParts;
  readonly #inOrder = createKeyQueue();
  /** By subscription and group. */
  readonly #held = new Map<string, Held>();
  readonly #waits = new Map<() => void, () => void>();
  #closed = false;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Resolves when the subscriber has the notification, or when it will be tried again later. Never rejects. */
  async deliver(subscription: Subscription, notification: Notification): Promise<void> {
    const place = `${subscription.arn} ${notification.groupId ?? notification.messageId}`;
    const held = this.#held.get(place) ?? { retrying: false, release: new Set() };
    this.#held.set(place, held);
    await new Promise<void>((resolve) => {
      if (held.retrying) resolve();
      held.release.add(resolve);
      void this.#inOrder(place, () => this.#untilDelivered({ subscription, notification, held })).finally(() => {
        held.release.delete(resolve);
        if (held.release.size === 0) this.#held.delete(place);
        resolve();
      });
    });
  }

  /** Drops what waits for another try. */
  close(): void {
    this.#closed = true;
    for (const [end, cancel] of this.#waits) {
      cancel();
      end();
    }
    this.#waits.clear();
  }

  async #untilDelivered(attempt: Attempt): Promise<void> {
    const { notification, subscription, held } = attempt;
    for (let tries = 1; !this.#closed; tries += 1) {
      const failure = await this.#try(subscription, notification).catch((error: unknown) => error);
      held.retrying = false;
      if (failure === undefined) return;
      const waitMs = tries < immediateTries ? 0 : Math.min(longestWaitMs, 1000 * 2 ** (tries - immediateTries));
      const tooOld = this.#parts.clock.now() + waitMs - notification.atMs > longestAgeMs;
      if (!isPassing(failure) || tooOld) return this.#giveUp(subscription, notification, failure);
      if (waitMs === 0) continue;
      held.retrying = true;
      for (const release of held.release) release();
      await this.#wait(waitMs);
    }
  }

  async #try(subscription: Subscription, notification: Notification): Promise<undefined> {
    switch (subscription.protocol) {
      case 'sqs':
        await this.#toQueue(subscription, notification);
        return undefined;
      case 'lambda':
        await this.#toFunction(subscription, notification);
        return undefined;
      default:
        this.#say('info', subscription, 'is not delivered here: the stage delivers to sqs and lambda');
        return undefined;
    }
  }

  async #toQueue(subscription: Subscription, notification: Notification): Promise<void> {
    const { groupId, deduplicationId } = notification;
    await this.#queues().send(
      subscription.endpoint,
      {
        body: subscription.raw ? textFor(notification, 'sqs') : envelope(notification, subscription, this.#unsubscribeUrl(subscription)),
        ...(subscription.raw ? { attributes: notification.attributes } : {}),
        ...(groupId === undefined ? {} : { groupId }),
        ...(deduplicationId === undefined || !subscription.endpoint.endsWith('.fifo') ? {} : { deduplicationId }),
      },
      this.#caller(subscription),
    );
  }

  async #toFunction(subscription: Subscription, notification: Notification): Promise<void> {
    const { principal, context = {} } = this.#caller(subscription);
    const asked = { principal, action: 'lambda:InvokeFunction', resource: subscription.endpoint, context };
    const decision = this.#parts.authorize(asked);
    if (!decision.allowed) throw new AwsError({ code: 'AccessDenied', message: decision.message ?? denialMessage(asked), statusCode: 403 });
    const event = functionEvent(notification, subscription, this.#unsubscribeUrl(subscription));
    const { functionError, payload } = await this.#parts.invoke(subscription.endpoint, event, { invocationType: 'Event' });
    if (functionError !== undefined)
      throw new AwsError({ code: functionError, message: payload, statusCode: functionError === 'Throttled' ? 429 : 404 });
  }

  /** With what SNS adds: the message as it would have been delivered, and why it was not. */
  async #giveUp(subscription: Subscription, notification: Notification, failure: unknown): Promise<void> {
    const reason = failure instanceof Error ? failure.message : String(failure);
    if (subscription.deadLetterArn === undefined) {
      return this.#say('error', subscription, `is lost, as on AWS without a RedrivePolicy: ${reason}`, notification);
    }
    const code = failure instanceof AwsError ? failure.code : 'InternalError';
    const attributes = {
      RequestID: { DataType: 'String', StringValue: notification.messageId },
      ErrorCode: { DataType: 'String', StringValue: code },
      ErrorMessage: { DataType: 'String', StringValue: reason.slice(0, 1024) || code },
    };
    const body = subscription.raw
      ? textFor(notification, subscription.protocol)
      : envelope(notification, subscription, this.#unsubscribeUrl(subscription));
    const { groupId, deduplicationId } = notification;
    const order = subscription.deadLetterArn.endsWith('.fifo')
      ? { ...(groupId && { groupId }), ...(deduplicationId && { deduplicationId }) }
      : {};
    try {
      await this.#queues().send(subscription.deadLetterArn, { body, attributes, ...order }, this.#caller(subscription));
      this.#say('warn', subscription, `went to ${subscription.deadLetterArn}: ${reason}`);
    } catch (error) {
      this.#say('error', subscription, `is lost: ${reason}; nor does its dead-letter queue take it: ${String(error)}`, notification);
    }
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waits.delete(end);
        resolve();
      };
      this.#waits.set(end, this.#parts.clock.after(waitMs, end));
    });
  }

  #queues() {
    const { queues } = this.#parts.neighbours ?? {};
    if (queues === undefined) throw new AwsError({ code: 'QueueDoesNotExist', message: 'the stage has no queues', statusCode: 400 });
    return queues;
  }

  /** Policies of queues and functions tell topics apart by `aws:SourceArn`. */
  #caller({ topicArn }: Subscription): Caller {
    const context = { 'aws:SourceArn': topicArn, 'aws:SourceAccount': topicArn.split(':')[4] ?? '' };
    return { principal: { service: 'sns.amazonaws.com' }, context };
  }

  #unsubscribeUrl({ arn }: Subscription): string {
    return `${this.#parts.awsUrl}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
  }

  #say(level: 'info' | 'warn' | 'error', subscription: Subscription, what: string, lost?: Notification): void {
    const { topicArn, protocol, endpoint } = subscription;
    const message = `a message of ${topicArn} for ${protocol} ${endpoint} ${what}`;
    const detail = { topicArn, endpoint, ...(lost === undefined ? {} : { messageId: lost.messageId, message: textFor(lost, protocol) }) };
    this.#parts.report({ level, part: 'sns', message, detail });
  }
}

/** Whether a later try may succeed. */
function isPassing(failure: unknown): boolean {
  if (!(failure instanceof AwsError)) return true;
  return failure.statusCode >= 500 || failure.statusCode === 429 || failure.code === 'RequestThrottled';
}
