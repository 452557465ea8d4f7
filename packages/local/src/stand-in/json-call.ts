/** Calls of the JSON protocols (DynamoDB, SQS): the stage's own, and those of functions that are passed on. */
import { AwsError } from '../wire/aws-error.js';
import { readJsonObject } from '../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import type { StandInClient } from './client.js';
import { readAnswer } from './read-answer.js';

export type Json = Readonly<Record<string, unknown>>;

export interface JsonCall {
  readonly service: string;
  /** `AmazonSQS.SendMessage` */
  readonly target: string;
  readonly input: Json;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';

/** The answer of a call. @throws AwsError what the endpoint refuses with, or `ServiceUnavailable` */
export async function callJson(client: StandInClient, { service, target, input }: JsonCall): Promise<Json> {
  const headers = { 'content-type': CONTENT_TYPE, 'x-amz-target': target };
  const answer = await client.send({ service, method: 'POST', url: '/', headers, body: JSON.stringify(input) });
  const output = readJsonObject(await readAnswer(answer)) ?? {};
  if (answer.statusCode! < 400) return output;
  const code = String(output.__type ?? 'UnknownError')
    .split('#')
    .at(-1)!;
  throw new AwsError({ code, message: String(output.message ?? output.Message ?? ''), statusCode: answer.statusCode! });
}

/** Of a function's request: the protocol, and nothing of its signature. */
const passedHeaders = ['content-type', 'x-amz-target', 'x-amzn-query-mode'];
const answeredHeaders = ['content-type', 'x-amz-crc32', 'x-amzn-errortype', 'x-amzn-query-error'];

/** Passes a function's request on, with another body; the answer is as the endpoint gave it. */
export async function passOn(
  client: StandInClient,
  { service, request, body }: { readonly service: string; readonly request: WireRequest; readonly body: string },
): Promise<WireResponse & { readonly body: Buffer }> {
  const headers = pick(request.headers, passedHeaders);
  const answer = await client.send({ service, method: 'POST', url: '/', headers, body });
  return { statusCode: answer.statusCode!, headers: pick(answer.headers, answeredHeaders), body: await readAnswer(answer) };
}

/** The same answer with another body, which the checksum is no longer of. */
export function withBody(response: WireResponse, body: string): WireResponse {
  const { 'x-amz-crc32': _checksum, ...headers } = response.headers;
  return { ...response, headers, body };
}

function pick(headers: Readonly<Record<string, string | string[] | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)] as const];
    }),
  );
}
