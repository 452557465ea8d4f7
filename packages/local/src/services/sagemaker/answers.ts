/** Turns the answer of a model into that of SageMaker, whole or as a stream of events, and what goes wrong into its errors. */
import type { Environment } from '../../parts.js';
import { eventMessage, eventStreamType, exceptionMessage } from '../../wire/event-stream.js';
import type { WireResponse } from '../../wire/wire-handler.js';
import { CallFailure, type ModelAnswer } from './call-model.js';
import { internalDependency, modelError, timedOutMessage } from './errors.js';

/** Which endpoint an answer is of, for messages. */
export interface Where {
  readonly endpointName: string;
  readonly environment: Environment;
}

/** What a caller is told when no answer came, or not all of it. */
export function asAwsError(error: unknown, where: Where): unknown {
  if (!(error instanceof CallFailure)) return error;
  switch (error.kind) {
    case 'timeout':
      return modelError({ ...where, statusCode: 0, message: timedOutMessage });
    case 'broken':
      return modelError({ ...where, statusCode: 0, message: 'The container closed the connection before its response was complete.' });
    case 'refused':
      return internalDependency(`Endpoint ${where.endpointName}: its container runs and takes no connections`);
    default:
      return error.kind satisfies never;
  }
}

/** The whole body. @throws AwsError */
export async function readWhole(answer: ModelAnswer, where: Where): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer.body()) pieces.push(piece);
  } catch (error) {
    throw asAwsError(error, where);
  }
  return Buffer.concat(pieces);
}

/** The answer of `InvokeEndpoint`. @throws AwsError when the model hangs up before its end */
export async function wholeAnswer(answer: ModelAnswer, variantName: string, where: Where): Promise<WireResponse> {
  const body = await readWhole(answer, where);
  const contentType = answer.headers['content-type'];
  return {
    statusCode: 200,
    headers: { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...about(answer, variantName) },
    body,
  };
}

/** The answer of `InvokeEndpointWithResponseStream`: each piece as it comes, then the error that ended it, if one did. */
export function streamedAnswer(answer: ModelAnswer, variantName: string): WireResponse {
  const contentType = answer.headers['content-type'];
  const headers = {
    'content-type': eventStreamType,
    ...(contentType === undefined ? {} : { 'x-amzn-sagemaker-content-type': contentType }),
    ...about(answer, variantName),
  };
  return { statusCode: 200, headers, body: payloadParts(answer) };
}

function about({ headers }: ModelAnswer, variantName: string): Record<string, string> {
  const attributes = headers['x-amzn-sagemaker-custom-attributes'];
  return {
    'x-amzn-invoked-production-variant': variantName,
    ...(typeof attributes === 'string' ? { 'x-amzn-sagemaker-custom-attributes': attributes } : {}),
  };
}

async function* payloadParts(answer: ModelAnswer): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of answer.body()) yield eventMessage('PayloadPart', 'application/octet-stream', piece);
  } catch (error) {
    yield streamFailure(error);
  }
}

function streamFailure(error: unknown): Uint8Array {
  if (!(error instanceof CallFailure)) return exceptionMessage('InternalStreamFailure', { Message: 'The stream failed inside.' });
  const late = error.kind === 'timeout';
  return exceptionMessage('ModelStreamError', {
    Message: late
      ? 'The model failed to finish sending the response within the timeout period.'
      : 'The connection between the client and the model was closed.',
    ErrorCode: late ? 'ModelInvocationTimeExceeded' : 'StreamBroken',
  });
}
