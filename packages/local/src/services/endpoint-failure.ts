/**
 * What the AWS endpoint itself answers when a call reaches no service: in the protocol of the call, with the names that its SDK knows.
 * Errors of the Query protocol (SNS, STS) are XML and end in no `Exception`.
 */
import type { SignatureResult } from '../parts.js';
import { AwsError } from '../wire/aws-error.js';
import { jsonErrorResponse, signatureErrors } from '../wire/aws-json.js';
import { queryErrorResponse } from '../wire/aws-query.js';
import type { WireResponse } from '../wire/wire-handler.js';

type SignatureFailure = Extract<SignatureResult, { ok: false }>;

/** Answers in one protocol. */
export interface EndpointFailure {
  error(code: string, message: string, statusCode: number): WireResponse;
  signature(failure: SignatureFailure): WireResponse;
}

/** Chooses the protocol by the service, and by the type of the body that the caller sent. */
export function failureOf(service: string, contentType: string | undefined): EndpointFailure {
  return contentType?.startsWith('application/x-www-form-urlencoded') ? queryFailure : service === 'dynamodb' ? dynamoFailure : jsonFailure;
}

/** Of faults that came before any service. */
const FAULT_NAMESPACE = 'http://webservices.amazon.com/AWSFault/2005-15-09';

const queryFailure: EndpointFailure = {
  error: (code, message, statusCode) => queryErrorResponse(new AwsError({ code, message, statusCode }), FAULT_NAMESPACE),
  signature: ({ code, message }) => queryFailure.error(code === 'RequestExpired' ? 'SignatureDoesNotMatch' : code, message, 403),
};

const jsonFailure: EndpointFailure = {
  error: (code, message, statusCode) => jsonErrorResponse(new AwsError({ code, message, statusCode }), 'application/json'),
  signature: ({ code, message }) => jsonFailure.error(signatureErrors[code], message, 403),
};

const dynamoFailure: EndpointFailure = {
  error: (code, message, statusCode) =>
    jsonErrorResponse(new AwsError({ code, message, statusCode }), 'application/x-amz-json-1.0', 'com.amazon.coral.service'),
  signature: ({ code, message }) => dynamoFailure.error(signatureErrors[code], message, 400),
};
