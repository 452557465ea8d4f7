/**
 * Alarms on what users would notice: failing answers, throttled functions, and events that no subscriber got. They change state and show
 * in CloudWatch; whom they wake is the account's business, so no address is in the template.
 */

import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface GatewayAlarmsProps {
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly rest: RestApi | undefined;
  /** Queue of events that were given up. */
  readonly undelivered: IQueue | undefined;
}

const PERIOD = Duration.minutes(5);

/** The alarms of a stage. */
export class GatewayAlarms extends Construct {
  constructor(scope: Construct, id: string, { functions, rest, undelivered }: GatewayAlarmsProps) {
    super(scope, id);
    for (const [name, lambda] of Object.entries(functions)) {
      this.#alarm(`${name}Errors`, lambda.metricErrors({ period: PERIOD, statistic: 'Sum' }), {
        above: 5,
        description: `More than 5 failed invocations of ${name} in 5 minutes`,
      });
      this.#alarm(`${name}Throttles`, lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }), {
        above: 0,
        description: `Invocations of ${name} were refused: the account's concurrency is used up`,
      });
    }
    if (rest !== undefined) {
      this.#alarm('RestServerErrors', rest.metricServerError({ period: PERIOD, statistic: 'Average' }), {
        above: 0.01,
        description: 'More than 1 % of REST requests failed in 5 minutes',
      });
    }
    if (undelivered !== undefined) {
      this.#alarm('UndeliveredEvents', undelivered.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }), {
        above: 0,
        description: 'Events were given up by the fan-out; their positions are in the queue',
      });
    }
  }

  #alarm(id: string, metric: IMetric, { above, description }: { readonly above: number; readonly description: string }): void {
    new Alarm(this, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
  }
}
