/** SNS's errors on the Query protocol. https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html */
import { AwsError } from '../../wire/aws-error.js';

const STATUS = {
  NotFound: 404,
  InvalidParameter: 400,
  ParameterValueInvalid: 400,
  AuthorizationError: 403,
  Throttled: 429,
  InternalError: 500,
  InvalidAction: 400,
  EmptyBatchRequest: 400,
  TooManyEntriesInBatchRequest: 400,
  BatchEntryIdsNotDistinct: 400,
  BatchRequestTooLong: 400,
  InvalidBatchEntryId: 400,
} as const;

export function snsError(code: keyof typeof STATUS, message: string): AwsError {
  return new AwsError({ code, message, statusCode: STATUS[code] });
}

export function invalidParameter(message: string): AwsError {
  return snsError('InvalidParameter', `Invalid parameter: ${message}`);
}
