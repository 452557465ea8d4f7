/**
 * DynamoDB's errors, ours and those of dynalite, as `AwsError`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
import { AwsError } from '../../wire/aws-error.js';

/** Namespaces in front of `#Code` in `__type`; everything else is DynamoDB's own. */
const NAMESPACES: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
  AccessDeniedException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
  IncompleteSignatureException: 'com.amazon.coral.service',
  InvalidSignatureException: 'com.amazon.coral.service',
  UnrecognizedClientException: 'com.amazon.coral.service',
};

/** The namespace of a code in `__type`. */
export function errorNamespace(code: string): string {
  return NAMESPACES[code] ?? 'com.amazonaws.dynamodb.v20120810';
}

export function dynamoError(code: string, message: string, members?: Readonly<Record<string, unknown>>): AwsError {
  return new AwsError({ code, message, statusCode: 400, ...(members && { members }) });
}

export function validationError(message: string): AwsError {
  return dynamoError('ValidationException', message);
}

export function tableNotFound(tableName: string): AwsError {
  return dynamoError('ResourceNotFoundException', `Requested resource not found: Table: ${tableName} not found`);
}

/** Turns an error of dynalite (`statusCode` and `body`) into ours; any other comes back as it is. */
export function fromDynalite(error: unknown): unknown {
  const { statusCode, body } = (error ?? {}) as { statusCode?: unknown; body?: Record<string, unknown> };
  if (typeof statusCode !== 'number' || typeof body?.__type !== 'string') return error;
  const code = body.__type.split('#').at(-1)!;
  return new AwsError({ code, statusCode, message: String(body.message ?? body.Message ?? '') });
}
