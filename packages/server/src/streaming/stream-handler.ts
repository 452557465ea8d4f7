/**
 * A service's handler on a stage that streams. API Gateway's calls are answered with status and headers, eight NUL bytes (both from Lambda's
 * runtime) and the body, of a batch as its calls end. The same function is called by the socket function and by other services, whose calls do
 * not stream: they get what was written as the result, which is the JSON a plain handler would have returned.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 * https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html
 */

import type { RestEvent } from '../rest/rest-event.js';
import type { OpenLines, RestAnswers } from '../rest/rest-handler.js';
import type { LambdaContext } from '../websocket/socket-event.js';
import type { Awslambda, ResponseStream } from './awslambda.js';

/** What a function does with its events. */
export interface StreamParts<TEvent> {
  readonly rest: RestAnswers;
  /** The result for an event that API Gateway's REST API did not send, undefined for one that it did. */
  readonly other: (event: TEvent, lambda: LambdaContext) => Promise<unknown> | undefined;
  readonly awslambda: Awslambda;
}

/** Wraps both. Rejects as `other` does, before anything is written. */
export function streamHandler<TEvent>({ rest, other, awslambda }: StreamParts<TEvent>) {
  return awslambda.streamifyResponse(async (event: TEvent, stream: ResponseStream, lambda: LambdaContext) => {
    const result = other(event, lambda);
    if (result === undefined) await answer(event as RestEvent, stream, lambda);
    else await end(stream, JSON.stringify(await result) ?? 'null');
  });

  async function answer(event: RestEvent, stream: ResponseStream, lambda: LambdaContext): Promise<void> {
    let lines: ResponseStream | undefined;
    const open: OpenLines = ({ statusCode, headers }) => {
      const opened = awslambda.HttpResponseStream.from(stream, { statusCode, headers });
      lines = opened;
      return (line) => opened.write(line);
    };
    const { body, ...head } = await rest(event, lambda, open);
    if (lines) await end(lines);
    else await end(awslambda.HttpResponseStream.from(stream, head), body);
  }
}

/** Also an empty text is written: without a write nothing would be sent, status and headers included. */
function end(stream: ResponseStream, text?: string): Promise<void> {
  if (text !== undefined) stream.write(text);
  return new Promise((resolve) => stream.end(resolve));
}
