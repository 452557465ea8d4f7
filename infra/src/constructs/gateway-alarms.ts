/**
 * Alarms on what users would notice: failing answers, throttled functions, work that was given up, and streams or queues that stand still.
 * They are mailed through a topic of their own; the address has to confirm its subscription once.
 */

import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import type { Monitored } from './monitored.js';

export interface GatewayAlarmsProps {
  readonly monitored: Monitored;
  /** Whom to tell. */
  readonly email: string;
}

const PERIOD = Duration.minutes(5);

/** A stream keeps records for 24 hours; an hour behind leaves time to act. */
const MAX_STREAM_AGE_MS = 3_600_000;

/** Messages wait a few days; a quarter of an hour says that something is broken. */
const MAX_MESSAGE_AGE_SECONDS = 900;

/** The alarms of a stage. */
export class GatewayAlarms extends Construct {
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, { monitored, email }: GatewayAlarmsProps) {
    super(scope, id);
    this.#action = new SnsAction(alarmTopic(this, email));
    this.#watchFunctions(monitored);
    this.#watchQueues(monitored);
    if (monitored.rest !== undefined) {
      this.#alarm('RestServerErrors', monitored.rest.metricServerError({ period: PERIOD, statistic: 'Average' }), {
        above: 0.01,
        description: 'More than 1 % of REST requests failed in 5 minutes',
      });
    }
  }

  #watchFunctions({ functions, streamReaders }: Monitored): void {
    for (const [name, lambda] of Object.entries(functions)) {
      this.#alarm(`${name}Errors`, lambda.metricErrors({ period: PERIOD, statistic: 'Sum' }), {
        above: 5,
        description: `More than 5 failed invocations of ${name} in 5 minutes`,
      });
      this.#alarm(`${name}Throttles`, lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }), {
        above: 0,
        description: `Invocations of ${name} were refused: the account's concurrency is used up`,
      });
      if (!streamReaders.includes(name)) continue;
      this.#alarm(`${name}Behind`, lambda.metric('IteratorAge', { period: PERIOD, statistic: 'Maximum' }), {
        above: MAX_STREAM_AGE_MS,
        description: `${name} is an hour behind its stream, which keeps records for a day`,
      });
    }
  }

  #watchQueues({ queues, deadLetters }: Monitored): void {
    for (const [name, queue] of Object.entries(deadLetters)) {
      this.#alarm(`${name}DeadLetters`, queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }), {
        above: 0,
        description: `${name} gave work up; it waits in the queue of dead letters for 14 days`,
      });
    }
    for (const [name, queue] of Object.entries(queues)) {
      this.#alarm(`${name}Waiting`, queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' }), {
        above: MAX_MESSAGE_AGE_SECONDS,
        description: `Messages for ${name} have waited for a quarter of an hour`,
      });
    }
  }

  #alarm(id: string, metric: IMetric, { above, description }: { readonly above: number; readonly description: string }): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
  }
}

/** CloudWatch cannot use AWS's own key for SNS, so this topic has none: an alarm's text names a function and a number. */
function alarmTopic(scope: Construct, email: string): Topic {
  const topic = new Topic(scope, 'Topic', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(email));
  acknowledge(topic, {
    'AwsSolutions-SNS2': "CloudWatch may not publish to a topic encrypted with AWS's own key, and alarms hold no data of users.",
  });
  return topic;
}
