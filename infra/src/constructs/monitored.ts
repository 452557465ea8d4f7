/** What a stage is watched by: its APIs, functions and queues, for alarms and the dashboard alike. */

import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

export interface Monitored {
  readonly rest: RestApi | undefined;
  readonly socket: WebSocketApi | undefined;
  /** By the name of the service or worker. */
  readonly functions: Readonly<Record<string, IFunction>>;
  /** Functions that read a stream in order: one bad record holds up the others. */
  readonly streamReaders: readonly string[];
  /** Queues of messages to do, by the worker's name. */
  readonly queues: Readonly<Record<string, IQueue>>;
  /** Queues of what could not be done, by the name of the service or worker. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
}
