/**
 * Response streaming as Lambda's Node.js runtime offers it to functions: the global `awslambda`, and the stream a streamed handler writes to.
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 *
 * The prelude goes out with the first write, so that a stream that ends without one has none: write an empty text for an empty body.
 */
import { Writable } from 'node:stream';

/** What the runtime marks a handler with, under the name that its own code has. */
const STREAMED = Symbol.for('aws.lambda.runtime.handler.streaming');

/** Between the prelude and the body: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const DELIMITER_BYTES = 8;

/** A handler that writes its answer. */
export type StreamedHandler = (event: unknown, responseStream: ResponseStream, context: object) => unknown;

/** Where a streamed handler writes. */
export class ResponseStream extends Writable {
  readonly #take: (bytes: Uint8Array) => void;
  #prelude: string | undefined;

  /** @param take gets the bytes of each write */
  constructor(take: (bytes: Uint8Array) => void) {
    super({ decodeStrings: true });
    this.#take = take;
  }

  /** Only function URLs look at it. */
  setContentType(_type: string): void {}

  /** Written before the first bytes. */
  setPrelude(prelude: string): void {
    this.#prelude = prelude;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#prelude !== undefined) {
      this.#take(Buffer.concat([Buffer.from(this.#prelude), Buffer.alloc(DELIMITER_BYTES)]));
      this.#prelude = undefined;
    }
    // An empty write only sends the prelude.
    if (chunk.length > 0) this.#take(chunk);
    done();
  }
}

/** What functions find as `awslambda`. */
const awslambda = {
  streamifyResponse(handler: StreamedHandler): StreamedHandler {
    return Object.assign(handler, { [STREAMED]: 'response' });
  },
  HttpResponseStream: {
    from(stream: ResponseStream, prelude: unknown): ResponseStream {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.setPrelude(JSON.stringify(prelude));
      return stream;
    },
  },
};

/** Makes the global; before the function's code is loaded. */
export function provideAwslambda(): void {
  Object.assign(globalThis, { awslambda });
}

/** Whether a handler was made by `streamifyResponse`. */
export function isStreamed(handler: unknown): handler is StreamedHandler {
  return typeof handler === 'function' && STREAMED in handler;
}
