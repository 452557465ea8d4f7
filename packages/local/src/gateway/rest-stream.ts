/**
 * Lambda proxy integrations with `ResponseTransferMode: STREAM`: the function writes a prelude (JSON with status and headers), eight NUL bytes
 * and the body, which goes on as it comes. What fails before the prelude is answered as a buffered integration's failure is; after it the
 * status is out, and the connection breaks. The rate beyond 10 MB is not limited here.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
 */
import type { Clock, InvokeResult } from '../parts.js';
import { ByteQueue } from './byte-queue.js';
import { GatewayError, internalError } from './gateway-error.js';
import { type LambdaResult, parsePrelude } from './lambda-result.js';

/** What a stream begins with, and the body behind it. */
export interface StreamedResult {
  readonly prelude: LambdaResult;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A stream that is asked for. */
export interface StreamRequest {
  readonly clock: Clock;
  /** Of the integration: from the call to the last byte. */
  readonly timeoutMs: number;
  /** Who is called, for messages. */
  readonly functionArn: string;
  /** Rejects when Lambda cannot be reached. */
  readonly invoke: (onBytes: (bytes: Uint8Array) => void) => Promise<InvokeResult>;
  /** What a result without a stream becomes. Always throws. */
  readonly refuse: (result: InvokeResult) => never;
}

const DELIMITER = Buffer.alloc(8);

/** Bytes within which prelude and delimiter have to come. */
const MAX_PRELUDE_BYTES = 16_384;

/** A stream is cut when nothing comes for so long (regional and private endpoints). */
const IDLE_LIMIT_MS = 300_000;

/** Resolves when the prelude has come. Rejects with {@link GatewayError} where AWS answers with a gateway response. */
export function openStream({ clock, timeoutMs, functionArn, invoke, refuse }: StreamRequest): Promise<StreamedResult> {
  return new Promise((resolve, reject) => {
    const body = new ByteQueue();
    let head: Buffer | undefined = Buffer.alloc(0);
    let isOver = false;
    let cancelIdle: () => void = () => undefined;
    const finish = (error?: Error): void => {
      if (isOver) return;
      isOver = true;
      cancelIdle();
      cancelTimeout();
      if (head === undefined) body.end(error);
      else reject(error);
    };
    const waitForBytes = (): void => {
      cancelIdle();
      cancelIdle = clock.after(IDLE_LIMIT_MS, () => finish(timedOut(`${functionArn} wrote nothing for ${IDLE_LIMIT_MS} ms`)));
    };
    const cancelTimeout = clock.after(timeoutMs, () => finish(timedOut(`${functionArn} took longer than ${timeoutMs} ms`)));
    const take = (bytes: Uint8Array): void => {
      if (isOver) return;
      waitForBytes();
      if (head === undefined) {
        body.push(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      const end = head.subarray(0, MAX_PRELUDE_BYTES).indexOf(DELIMITER);
      if (end < 0 && head.length < MAX_PRELUDE_BYTES) return;
      const prelude = end < 0 ? { malformed: undelimited(head) } : parsePrelude(head.toString('utf8', 0, end));
      if ('malformed' in prelude) {
        finish(malformed(prelude.malformed));
        return;
      }
      body.push(head.subarray(end + DELIMITER.length));
      head = undefined;
      resolve({ prelude, body });
    };
    waitForBytes();
    invoke(take).then(
      (result) => finish(failureOf(result, head, refuse)),
      (cause: unknown) => finish(internalError('INTEGRATION_FAILURE', 500, `invoking ${functionArn} failed: ${String(cause)}`, cause)),
    );
  });
}

/** Why a call that is over did not end its stream well. */
function failureOf(result: InvokeResult, head: Buffer | undefined, refuse: StreamRequest['refuse']): Error | undefined {
  if (result.functionError === undefined) return head === undefined ? undefined : malformed(undelimited(head));
  try {
    return refuse(result);
  } catch (error) {
    return error as Error;
  }
}

function undelimited(head: Buffer): string {
  return (
    `the function wrote ${JSON.stringify(head.toString('utf8', 0, 80))}, expected JSON with statusCode and headers, then eight NUL bytes, ` +
    `within ${MAX_PRELUDE_BYTES} bytes; wrap the handler in awslambda.streamifyResponse and write to awslambda.HttpResponseStream.from(…)`
  );
}

function malformed(reason: string): GatewayError {
  return internalError('API_CONFIGURATION_ERROR', 502, `malformed Lambda proxy response: ${reason}`);
}

function timedOut(hint: string): GatewayError {
  return new GatewayError('INTEGRATION_TIMEOUT', 'Endpoint request timed out', { hint });
}
