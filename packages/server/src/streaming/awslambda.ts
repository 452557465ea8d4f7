/**
 * What Lambda's Node.js runtime offers to functions that stream, as a global.
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */

import type { LambdaContext } from '../websocket/socket-event.js';

/** Where a streamed handler writes: a Node.js stream. */
export interface ResponseStream {
  write(text: string): unknown;
  end(onFinished: () => void): unknown;
}

/** What a streamed handler is called with. */
export type StreamedHandler = (event: never, stream: ResponseStream, lambda: LambdaContext) => Promise<void>;

/** The global. */
export interface Awslambda {
  /** Marks a handler, for the runtime to call it with a stream. */
  streamifyResponse<THandler extends StreamedHandler>(handler: THandler): THandler;
  readonly HttpResponseStream: {
    /** The stream; status and headers go out with its first write. */
    from(stream: ResponseStream, head: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }): ResponseStream;
  };
}

/**
 * The global of this process.
 *
 * @throws Error outside of Lambda's runtime
 */
export function awslambdaOf(globals: object = globalThis): Awslambda {
  const { awslambda } = globals as { readonly awslambda?: Awslambda };
  if (awslambda !== undefined) return awslambda;
  throw new Error(
    '[ENV] GATEWAY_STREAMS is set and there is no global awslambda, which a Node.js runtime of Lambda has; unset it where nothing streams',
  );
}
