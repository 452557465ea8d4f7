/**
 * The dashboard of a stage: requests, connections, functions, queues and streams on one page, in CloudWatch. All metrics are AWS's own and
 * cost nothing; three dashboards are free.
 */

import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Monitored } from './monitored.js';

export interface GatewayDashboardProps {
  readonly monitored: Monitored;
  /** Name of the dashboard, unique in the account and region. */
  readonly name: string;
}

const MINUTE = Duration.minutes(1);

/** Shows a stage. */
export class GatewayDashboard extends Construct {
  constructor(scope: Construct, id: string, { monitored, name }: GatewayDashboardProps) {
    super(scope, id);
    const widgets = [restWidgets(monitored), socketWidgets(monitored), functionWidgets(monitored), queueWidgets(monitored)];
    new Dashboard(this, 'Page', { dashboardName: name, widgets: widgets.filter((row) => row.length > 0) });
  }
}

function graph(title: string, left: readonly IMetric[], width = 8): GraphWidget {
  return new GraphWidget({ title, left: [...left], width, height: 6, period: MINUTE });
}

function restWidgets({ rest }: Monitored): GraphWidget[] {
  if (rest === undefined) return [];
  return [
    graph('REST: requests', [rest.metricCount()]),
    graph('REST: errors', [rest.metricClientError({ statistic: 'Sum' }), rest.metricServerError({ statistic: 'Sum' })]),
    graph('REST: latency', [rest.metricLatency({ statistic: 'p50' }), rest.metricLatency({ statistic: 'p99' })]),
  ];
}

function socketWidgets({ socket }: Monitored): GraphWidget[] {
  if (socket === undefined) return [];
  const metric = (name: string, statistic: string) => socket.metric(name, { statistic, label: `${name} ${statistic}` });
  return [
    graph('WebSocket: connections opened', [metric('ConnectCount', 'Sum')]),
    graph('WebSocket: messages', [metric('MessageCount', 'Sum')]),
    graph('WebSocket: errors', [metric('ClientError', 'Sum'), metric('ExecutionError', 'Sum'), metric('IntegrationError', 'Sum')]),
  ];
}

function functionWidgets({ functions, streamReaders }: Monitored): GraphWidget[] {
  const each = (metric: (name: string) => IMetric | undefined): IMetric[] => Object.keys(functions).flatMap((name) => metric(name) ?? []);
  return [
    graph(
      'Functions: invocations',
      each((name) => functions[name]?.metricInvocations({ label: name })),
    ),
    graph(
      'Functions: errors',
      each((name) => functions[name]?.metricErrors({ label: name })),
    ),
    graph(
      'Functions: duration p99',
      each((name) => functions[name]?.metricDuration({ label: name, statistic: 'p99' })),
    ),
    graph(
      'Functions: behind their stream',
      each((name) =>
        streamReaders.includes(name) ? functions[name]?.metric('IteratorAge', { label: name, statistic: 'Maximum' }) : undefined,
      ),
    ),
  ];
}

function queueWidgets({ queues, deadLetters }: Monitored): GraphWidget[] {
  const waiting = Object.entries(queues).map(([label, queue]) => queue.metricApproximateNumberOfMessagesVisible({ label }));
  const dead = Object.entries(deadLetters).map(([label, queue]) => queue.metricApproximateNumberOfMessagesVisible({ label }));
  const charts: readonly (readonly [title: string, metrics: readonly IMetric[]])[] = [
    ['Queues: waiting messages', waiting],
    ['Queues: dead letters', dead],
  ];
  return charts.filter(([, metrics]) => metrics.length > 0).map(([title, metrics]) => graph(title, metrics, 12));
}
