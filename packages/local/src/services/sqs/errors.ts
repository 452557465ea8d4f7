/**
 * SQS's errors: the name in its JSON protocol, and the code of the older Query protocol that SDK clients read from `x-amzn-query-error`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
import { AwsError } from '../../wire/aws-error.js';

interface ErrorKind {
  readonly queryCode: string;
  readonly statusCode?: number;
  /** @default 'com.amazonaws.sqs' */
  readonly namespace?: 'com.amazon.coral.service';
}

const simple = (name: string, statusCode = 400): ErrorKind => ({ queryCode: `AWS.SimpleQueueService.${name}`, statusCode });
const coral = (queryCode: string, statusCode = 400): ErrorKind => ({ queryCode, statusCode, namespace: 'com.amazon.coral.service' });

const KINDS = {
  QueueDoesNotExist: simple('NonExistentQueue'),
  QueueNameExists: { queryCode: 'QueueAlreadyExists' },
  QueueDeletedRecently: simple('QueueDeletedRecently'),
  PurgeQueueInProgress: simple('PurgeQueueInProgress', 403),
  ReceiptHandleIsInvalid: { queryCode: 'ReceiptHandleIsInvalid', statusCode: 404 },
  MessageNotInflight: simple('MessageNotInflight'),
  OverLimit: { queryCode: 'OverLimit', statusCode: 403 },
  RequestThrottled: { queryCode: 'RequestThrottled', statusCode: 403 },
  UnsupportedOperation: simple('UnsupportedOperation'),
  InvalidMessageContents: { queryCode: 'InvalidMessageContents' },
  InvalidAttributeName: { queryCode: 'InvalidAttributeName' },
  InvalidAttributeValue: { queryCode: 'InvalidAttributeValue' },
  InvalidAddress: { queryCode: 'InvalidAddress', statusCode: 404 },
  EmptyBatchRequest: simple('EmptyBatchRequest'),
  TooManyEntriesInBatchRequest: simple('TooManyEntriesInBatchRequest'),
  BatchEntryIdsNotDistinct: simple('BatchEntryIdsNotDistinct'),
  BatchRequestTooLong: simple('BatchRequestTooLong'),
  InvalidBatchEntryId: simple('InvalidBatchEntryId'),
  ResourceNotFoundException: { queryCode: 'ResourceNotFoundException', statusCode: 404 },
  InvalidParameterValueException: coral('InvalidParameterValue'),
  MissingRequiredParameterException: coral('MissingParameter'),
  AccessDeniedException: coral('AccessDenied', 403),
  UnknownOperationException: coral('InvalidAction'),
  SerializationException: coral('MalformedInput'),
  InternalFailure: coral('InternalFailure', 500),
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type SqsErrorName = keyof typeof KINDS;

export function sqsError(name: SqsErrorName, message: string): AwsError {
  const { queryCode, statusCode = 400 }: ErrorKind = KINDS[name];
  const fault = statusCode < 500 ? 'Sender' : 'Receiver';
  return new AwsError({ code: name, message, statusCode, headers: { 'x-amzn-query-error': `${queryCode};${fault}` } });
}

/** The namespace of a name in `__type`. */
export function errorNamespace(name: string): string {
  return (KINDS as Readonly<Record<string, ErrorKind>>)[name]?.namespace ?? 'com.amazonaws.sqs';
}

/** The code of the Query protocol: what the entries of a batch that failed are told by. */
export function queryCodeOf(name: string): string {
  return (KINDS as Readonly<Record<string, ErrorKind>>)[name]?.queryCode ?? name;
}

export function invalidParameter(name: string, value: unknown, reason: string): AwsError {
  return sqsError('InvalidParameterValueException', `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`);
}

export function missingParameter(name: string): AwsError {
  return sqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

export function queueDoesNotExist(): AwsError {
  return sqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}
