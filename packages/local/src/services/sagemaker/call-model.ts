/**
 * One request to a model's container: the body and the headers that SageMaker passes on, and the head of the answer. Reading the answer's body
 * is the caller's; a deadline cuts it off.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html#your-algorithms-inference-code-container-response
 */
import { type IncomingMessage, request } from 'node:http';
import type { Clock } from '../../parts.js';
import type { ContainerAddress } from './container.js';

export interface ModelCall {
  readonly address: ContainerAddress;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly clock: Clock;
  /** Until the head of the answer is there. */
  readonly headLimitMs: number;
  /** Until the answer has ended. */
  readonly totalLimitMs: number;
}

/** Why an answer did not come, or did not end. */
export class CallFailure extends Error {
  readonly kind: 'timeout' | 'refused' | 'broken';

  constructor(kind: CallFailure['kind']) {
    super(kind);
    this.kind = kind;
  }
}

/** The answer of a model. */
export interface ModelAnswer {
  readonly statusCode: number;
  readonly headers: IncomingMessage['headers'];
  /** Pieces as they arrive. Leaving it ends the request. @throws CallFailure */
  body(): AsyncGenerator<Buffer>;
}

/** Sends a request. @throws CallFailure */
export function callModel({ address, headers, body, clock, headLimitMs, totalLimitMs }: ModelCall): Promise<ModelAnswer> {
  return new Promise((resolve, reject) => {
    let failure: CallFailure | undefined;
    const outgoing = request({
      host: '127.0.0.1',
      port: address.port,
      agent: address.agent,
      method: 'POST',
      path: '/invocations',
      headers: { ...headers, 'content-length': String(body.length) },
    });
    const timeOut = (): void => {
      failure = new CallFailure('timeout');
      outgoing.destroy(failure);
    };
    const cancelHead = clock.after(headLimitMs, timeOut);
    const cancelTotal = clock.after(totalLimitMs, timeOut);
    outgoing.on('close', cancelTotal);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      cancelHead();
      reject(failure ?? new CallFailure(error.code === 'ECONNREFUSED' ? 'refused' : 'broken'));
    });
    outgoing.on('response', (incoming) => {
      cancelHead();
      incoming.on('error', () => undefined);
      resolve({ statusCode: incoming.statusCode!, headers: incoming.headers, body: () => pieces(incoming, () => failure) });
    });
    outgoing.end(body);
  });
}

async function* pieces(incoming: IncomingMessage, failure: () => CallFailure | undefined): AsyncGenerator<Buffer> {
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) yield piece;
  } catch {
    throw failure() ?? new CallFailure('broken');
  }
}
