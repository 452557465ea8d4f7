/**
 * What API Gateway logs of every request, as one JSON line. REST and WebSocket know different `$context` variables; both formats stay far
 * below the 3 KB a format may have. Bodies are never logged.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */

import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';

const SHARED = [
  'requestId',
  'extendedRequestId',
  'requestTimeEpoch',
  'identity.sourceIp',
  'identity.userAgent',
  'authorizer.principalId',
  'authorizer.error',
  'authorizer.latency',
  'status',
  'integrationLatency',
  'integrationErrorMessage',
  'error.message',
  'error.responseType',
  'domainName',
] as const;

const REST = [
  ...SHARED,
  'httpMethod',
  'resourcePath',
  'path',
  'protocol',
  'responseLength',
  'responseLatency',
  'integration.status',
  'identity.userArn',
  'waf.status',
  'xrayTraceId',
] as const;

const SOCKET = [...SHARED, 'eventType', 'routeKey', 'connectionId', 'connectedAt', 'messageId', 'integrationStatus'] as const;

/** Access log of the REST API. */
export const restAccessLog: AccessLogFormat = jsonLine(REST);

/** Access log of the WebSocket API. */
export const socketAccessLog: AccessLogFormat = jsonLine(SOCKET);

/** Log group of an API's access log. */
export function accessLogGroup(scope: Construct, settings: StageSettings): LogGroup {
  return new LogGroup(scope, 'AccessLogs', {
    retention: settings.logRetentionDays,
    removalPolicy: settings.data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/** Every field under its own name; API Gateway writes `-` for what a request does not have. */
function jsonLine(fields: readonly string[]): AccessLogFormat {
  return AccessLogFormat.custom(JSON.stringify(Object.fromEntries(fields.map((field) => [field, `$context.${field}`]))));
}
