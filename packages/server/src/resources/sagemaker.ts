/** The part of the SageMaker runtime SDK that models need. Loaded with the first invocation only: see `dynamo.ts`. Import its types only. */

import type { Readable } from 'node:stream';
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { type AwsOptions, sdkConfig } from './aws-options.js';

/** A request to an endpoint. */
export type SageMakerInput = Pick<InvokeEndpointCommandInput, 'EndpointName' | 'ContentType' | 'Accept' | 'Body'>;

/** The operations; each rejects with the SDK's own error. One attempt: a model that is slow or failed once does not get better by more work. */
export interface SageMaker {
  invoke(input: SageMakerInput): Promise<Uint8Array>;
  /** Pieces as they come. Leaving the iteration closes the connection. */
  stream(input: SageMakerInput): AsyncIterable<Uint8Array>;
}

export interface SageMakerOptions extends AwsOptions {
  /** Nothing may be silent for longer: an answer, or a stream between two pieces. */
  readonly timeoutMs: number;
}

/** Opens the SDK; nothing is sent yet. */
export function openSageMaker({ timeoutMs, ...options }: SageMakerOptions): SageMaker {
  const client = new SageMakerRuntimeClient(sdkConfig(options, { maxAttempts: 1, timeoutMs }));
  return {
    invoke: async (input) => {
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { Body } = await client.send(new InvokeEndpointCommand(input), { abortSignal: deadline });
        return Body ?? new Uint8Array();
      } catch (cause) {
        throw deadline.aborted ? deadline.reason : cause;
      }
    },
    stream: (input) => stream(client, input, timeoutMs),
  };
}

async function* stream(client: SageMakerRuntimeClient, input: SageMakerInput, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const command = new InvokeEndpointWithResponseStreamCommand(input);
  // The SDK's iterator does not close the connection when it is left; the response's body does.
  let body: Readable | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      body = (result.response as { readonly body?: Readable }).body;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keepResponseBody' },
  );
  const silence = createSilence(timeoutMs, (error) => body?.destroy(error));
  try {
    const { Body } = await client.send(command);
    silence.expect();
    for await (const { PayloadPart } of Body ?? []) {
      silence.end();
      if (PayloadPart?.Bytes) yield PayloadPart.Bytes;
      silence.expect();
    }
  } finally {
    silence.end();
    body?.destroy();
  }
}

/** Calls back when nothing comes for too long; a consumer that takes its time with a piece is no silence. */
function createSilence(timeoutMs: number, onTooLong: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    expect: () => {
      timer = setTimeout(
        () => onTooLong(Object.assign(new Error(`nothing came for ${timeoutMs} ms`), { name: 'TimeoutError' })),
        timeoutMs,
      );
    },
    end: () => clearTimeout(timer),
  };
}
