/** A model's client on the real SageMaker runtime client, its far end, and answers written from AWS's API reference. */

import { afterEach, beforeEach } from 'vitest';
import * as z from 'zod';
import { model } from '../service/model.js';
import type { AwsOptions } from './aws-options.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { type AnyModelClient, createModelClient } from './model-client.js';

const Label = () => z.object({ label: z.string(), probability: z.number() });
const Classifier = model('Classifier', {
  input: () => z.object({ texts: z.array(z.string()).min(1) }),
  output: () => z.object({ labels: z.array(Label()) }),
  chunk: Label,
});

/** The far end of a client, new for each test. */
export interface FarEnd {
  recorder: HttpRecorder;
  /** What it answers; a test sets it. */
  answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
  /** Where a client of another model connects to. */
  connection(): AwsOptions & { readonly location: string };
  classifier(timeoutMs?: number): AnyModelClient;
}

/** Registers the hooks that start and end it. */
export function useFarEnd(): FarEnd {
  const far: FarEnd = {
    recorder: undefined as never,
    answer: () => json(500, {}),
    connection: () => ({
      location: 'classifier-1',
      region: 'eu-west-1',
      endpoint: far.recorder.origin,
      credentials: async () => TEST_CREDENTIALS,
    }),
    classifier: (timeoutMs?: number) =>
      createModelClient({
        grant: Classifier.allow('invoke', 'invokeStream'),
        ...far.connection(),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
  };
  beforeEach(async () => {
    far.recorder = await startRecorder((request) => far.answer(request));
  });
  afterEach(() => far.recorder.close());
  return far;
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const failure = (status: number, type: string, more: object = {}): RecordedAnswer =>
  json(status, { Message: 'no', ...more }, { 'x-amzn-errortype': type });

/** A request of the classifier. */
export const input = { texts: ['Kürbis'] };
