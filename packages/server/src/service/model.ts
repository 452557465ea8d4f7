/**
 * A machine-learning model behind a SageMaker real-time endpoint, as a service declares it: the schemas of its request and response. The
 * endpoint is one the stage's settings name, or one that infra deploys from a container image.
 */

import type { Schema } from '@org/gateway-core';
import { actionsOf, checkResourceName, type Grant } from './grant.js';

export interface ModelResource {
  readonly kind: 'model';
  readonly name: string;
  /** Media type of requests, and the one asked for; a stream of JSON is asked for in lines of it. */
  readonly contentType: 'application/json' | 'application/jsonlines' | 'text/csv';
}

export interface ModelOptions<TInput, TOutput, TChunk> {
  /** Schema of a request. */
  readonly input: () => Schema<unknown, TInput>;
  /** Schema of a response. */
  readonly output: () => Schema<unknown, TOutput>;
  /** Schema of one line of a streamed response. @default none: the model does not stream */
  readonly chunk?: () => Schema<unknown, TChunk>;
  /**
   * JSON; a list with one element a line (`application/jsonlines`); or rows of texts and numbers (`text/csv`). Lines of a streamed response
   * are JSON, or one row each. @default application/json
   */
  readonly contentType?: ModelResource['contentType'];
}

/**
 * The operations. Each rejects with a GatewayError: FAILED_DEPENDENCY (424) when the model failed or answered what does not fit its schema,
 * SERVICE_UNAVAILABLE when the endpoint is busy or not in service, TIMEOUT when the model took too long, PAYLOAD_TOO_LARGE for a request
 * over 6 MB, INTERNAL_SERVER_ERROR otherwise.
 */
export interface ModelClient<TInput, TOutput, TChunk> {
  /** The model's response. Repeated once when the endpoint could not be reached: inference changes nothing. */
  invoke(input: TInput): Promise<TOutput>;
  /** The lines of the model's response as they arrive. */
  invokeStream(input: TInput): AsyncIterable<TChunk>;
}

export type ModelOperation = keyof ModelClient<never, never, never>;

export interface ModelGrant<TClient> extends Grant<TClient> {
  readonly resource: ModelResource;
  readonly input: () => Schema;
  readonly output: () => Schema;
  readonly chunk: (() => Schema) | undefined;
}

/** A declared model. */
export interface Model<TInput, TOutput, TChunk> {
  readonly resource: ModelResource;
  allow<const TOperations extends readonly ModelOperation[]>(
    ...operations: TOperations
  ): ModelGrant<Pick<ModelClient<TInput, TOutput, TChunk>, TOperations[number]>>;
}

export const MODEL_ACTIONS: Readonly<Record<ModelOperation, string>> = {
  invoke: 'sagemaker:InvokeEndpoint',
  invokeStream: 'sagemaker:InvokeEndpointWithResponseStream',
};

/**
 * Declares a model.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function model<TInput, TOutput, TChunk = never>(
  name: string,
  options: ModelOptions<TInput, TOutput, TChunk>,
): Model<TInput, TOutput, TChunk> {
  checkResourceName('model', name);
  const { input, output, chunk, contentType = 'application/json' } = options;
  const resource: ModelResource = { kind: 'model', name, contentType };
  return {
    resource,
    allow: (...operations) => ({
      resource,
      input,
      output,
      chunk,
      operations,
      statements: [{ actions: actionsOf(MODEL_ACTIONS, operations), targets: [{ part: 'self' }] }],
    }),
  };
}
