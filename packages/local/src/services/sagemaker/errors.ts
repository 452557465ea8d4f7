/**
 * Errors of SageMaker's runtime, with its names and statuses.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 */
import type { Environment } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';

/** 400: what the caller sent. */
export function validationError(message: string): AwsError {
  return new AwsError({ code: 'ValidationError', message, statusCode: 400 });
}

/** 503: no container is there to answer. */
export function serviceUnavailable(message: string): AwsError {
  return new AwsError({ code: 'ServiceUnavailable', message, statusCode: 503 });
}

/** 530: the container is there, and cannot be reached. */
export function internalDependency(message: string): AwsError {
  return new AwsError({ code: 'InternalDependencyException', message, statusCode: 530 });
}

/** 413: it is not SageMaker that refuses but what stands before it; the name is a choice. */
export function bodyTooLong(maxBytes: number): AwsError {
  return new AwsError({ code: 'RequestEntityTooLarge', message: `HTTP content length exceeded ${maxBytes} bytes.`, statusCode: 413 });
}

export interface ModelFailure {
  readonly endpointName: string;
  /** What the model answered; 0 for no answer. */
  readonly statusCode: number;
  readonly message: string;
  readonly environment: Environment;
}

/** 424: the model answered with an error, not in time, or hung up. */
export function modelError({ endpointName, statusCode, message, environment }: ModelFailure): AwsError {
  const { partition, region, accountId } = environment;
  const group = `/aws/sagemaker/Endpoints/${endpointName}`;
  const side = statusCode >= 400 && statusCode < 500 ? 'client' : 'server';
  const log = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group}`;
  const text = `Received ${side} error (${statusCode}) from primary with message "${message}". See ${log} in account ${accountId} for more information.`;
  return new AwsError({
    code: 'ModelError',
    statusCode: 424,
    message: text,
    members: {
      OriginalStatusCode: statusCode,
      OriginalMessage: message,
      LogStreamArn: `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`,
    },
  });
}

/** SageMaker's sentence for a model that took too long. */
export const timedOutMessage =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.';
