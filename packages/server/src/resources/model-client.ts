/**
 * `ModelClient` on a SageMaker real-time endpoint. Requests and responses pass the declared schemas; what a model says of a request may
 * repeat it, so only its status and the place of its own log are logged here.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 */

import { GatewayError } from '@org/gateway-core/errors';
import { describeIssues, validate } from '../execute/validate.js';
import { MODEL_ACTIONS, type ModelClient, type ModelGrant, type ModelOperation, type ModelResource } from '../service/model.js';
import { type AwsOptions, lazily } from './aws-options.js';
import { backendFailure, failedDependency, tookTooLong } from './backend-failure.js';
import { linesOf } from './lines.js';
import { readModelBody, readModelLine, writeModelBody } from './model-body.js';
import type { SageMaker, SageMakerInput } from './sagemaker.js';
import { isOutOfReach, type SdkError } from './sdk-failure.js';

/** A model's client without its types. */
export type AnyModelClient = ModelClient<unknown, unknown, unknown>;

export interface ModelClientOptions extends AwsOptions {
  readonly grant: ModelGrant<unknown>;
  /** Name of the endpoint. */
  readonly location: string;
  /** @default 25,000: below the 29 s that API Gateway waits */
  readonly timeoutMs?: number;
}

/** SageMaker's limit for a request. */
const MAX_REQUEST_BYTES = 6 * 1_048_576;

/** A client with every operation; `createClients` hands out the granted ones. */
export function createModelClient({ grant, location, timeoutMs = 25_000, ...aws }: ModelClientOptions): AnyModelClient {
  const { resource } = grant;
  const open = lazily<SageMaker>(async () => (await import('./sagemaker.js')).openSageMaker({ ...aws, timeoutMs }));

  const requestOf = async (input: unknown, accept: string): Promise<SageMakerInput> => {
    return { EndpointName: location, ContentType: resource.contentType, Accept: accept, Body: await requestBody(grant, input) };
  };

  return {
    invoke: async (input) => {
      const request = await requestOf(input, resource.contentType);
      const client = await open();
      const bytes = await onceMore(() => client.invoke(request)).catch((cause: unknown) => {
        throw failureOf(cause, grant, location, 'invoke');
      });
      return responseOf(grant, bytes);
    },
    async *invokeStream(input) {
      const request = await requestOf(input, lineType(resource));
      const client = await open();
      try {
        for await (const line of linesOf(client.stream(request))) yield await chunkOf(grant, line);
      } catch (cause) {
        throw failureOf(cause, grant, location, 'invokeStream');
      }
    },
  };
}

/** A stream is read line by line, and one JSON value is no lines. */
function lineType({ contentType }: ModelResource): ModelResource['contentType'] {
  return contentType === 'application/json' ? 'application/jsonlines' : contentType;
}

/** Inference changes nothing, so what may not have arrived is sent again. */
async function onceMore<TResult>(run: () => Promise<TResult>): Promise<TResult> {
  try {
    return await run();
  } catch (cause) {
    if (isOutOfReach(cause as SdkError)) return run();
    throw cause;
  }
}

async function requestBody({ resource, input: schema }: ModelGrant<unknown>, input: unknown): Promise<Uint8Array> {
  const result = await validate(schema, input);
  if (!result.success) {
    const { text } = describeIssues(result.error.issues);
    throw new GatewayError('INTERNAL_SERVER_ERROR', `request of model ${resource.name} does not fit its schema: ${text}`);
  }
  const body = writeModelBody(resource, result.data);
  if (body.byteLength <= MAX_REQUEST_BYTES) return body;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] request of model ${resource.name} is too large: got ${body.byteLength} bytes, expected at most ${MAX_REQUEST_BYTES}`,
  );
}

async function responseOf(grant: ModelGrant<unknown>, bytes: Uint8Array): Promise<unknown> {
  const { resource } = grant;
  const value = parsed(grant, () => readModelBody(resource, new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  return fitting(grant, grant.output, value, 'response');
}

async function chunkOf(grant: ModelGrant<unknown>, line: string): Promise<unknown> {
  if (grant.chunk === undefined)
    throw new TypeError(`[MODEL] ${grant.resource.name} declares no \`chunk\`, so its response cannot be streamed`);
  const value = parsed(grant, () => readModelLine(grant.resource, line));
  return fitting(grant, grant.chunk, value, 'line');
}

function parsed({ resource }: ModelGrant<unknown>, read: () => unknown): unknown {
  try {
    return read();
  } catch {
    throw failedDependency(resource, `model ${resource.name} answered what is not ${resource.contentType}`);
  }
}

async function fitting({ resource }: ModelGrant<unknown>, schema: ModelGrant<unknown>['output'], value: unknown, what: string) {
  const result = await validate(schema, value);
  if (result.success) return result.data;
  throw failedDependency(
    resource,
    `${what} of model ${resource.name} does not fit its schema: ${describeIssues(result.error.issues).text}`,
  );
}

interface ModelFailure extends SdkError {
  readonly OriginalStatusCode?: number;
  readonly LogStreamArn?: string;
  /** Of a stream. */
  readonly ErrorCode?: string;
}

function failureOf(cause: unknown, { resource }: ModelGrant<unknown>, physicalName: string, operation: ModelOperation): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const { name, OriginalStatusCode, LogStreamArn, ErrorCode } = (cause ?? {}) as ModelFailure;
  const at = `model ${resource.name} (${physicalName})`;
  if (name === 'ModelError') return failedDependency(resource, `${at} failed with status ${OriginalStatusCode}; its log: ${LogStreamArn}`);
  if (name === 'ModelStreamError') return failedDependency(resource, `${at} failed while it streamed: ${ErrorCode}`);
  if (cause instanceof TypeError && 'code' in cause && cause.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return failedDependency(resource, `${at} answered what is not UTF-8`);
  // The SDK names lost connections so, too.
  if (name === 'TimeoutError' && !isOutOfReach(cause as SdkError)) return tookTooLong(resource, cause);
  return backendFailure(cause, { resource, physicalName, operation, action: MODEL_ACTIONS[operation] });
}
