/**
 * The API of streams, passed on. Shard iterators name their stream, which the endpoint's own do not tell: functions get iterators of the
 * stage, with the endpoint's inside.
 */
import { dynamoError, validationError } from '../services/dynamodb/errors.js';
import { checkStreamPermission } from '../services/dynamodb/permission.js';
import { readJsonObject } from '../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import { type Json, passOn, withBody } from './json-call.js';
import type { StandInParts } from './parts.js';

export interface StreamCall {
  readonly request: WireRequest;
  readonly operation: string;
  readonly body: Json;
}

export async function answerStreamCall(
  { standIn: { client, arns }, authorize }: StandInParts,
  { request, operation, body }: StreamCall,
): Promise<WireResponse> {
  if (!operations.includes(operation)) {
    throw dynamoError('UnknownOperationException', `${operation} is not an operation of DynamoDB Streams`);
  }
  const inside = operation === 'GetRecords' ? readIterator(body.ShardIterator) : undefined;
  const streamArn = operation === 'ListStreams' ? '*' : (inside?.streamArn ?? String(body.StreamArn ?? ''));
  checkStreamPermission(authorize, { operation, resource: streamArn, principal: request.principal });
  const input = inside === undefined ? arns.toTheirs(JSON.stringify(body)) : JSON.stringify({ ...body, ShardIterator: inside.iterator });
  const response = await passOn(client, { service: 'dynamodb', request, body: input });
  if (response.statusCode >= 400) return response;
  if (operation === 'ListStreams' || operation === 'DescribeStream') return withBody(response, arns.toOurs(response.body.toString('utf8')));
  return withBody(response, JSON.stringify(withIterators(readJsonObject(response.body) ?? {}, streamArn)));
}

const operations = ['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'];

function withIterators(output: Json, streamArn: string): Json {
  const wrapped = ['ShardIterator', 'NextShardIterator'].flatMap((name) => {
    const iterator = output[name];
    return typeof iterator === 'string' ? [[name, Buffer.from(JSON.stringify([streamArn, iterator])).toString('base64')] as const] : [];
  });
  return { ...output, ...Object.fromEntries(wrapped) };
}

function readIterator(text: unknown): { readonly streamArn: string; readonly iterator: string } {
  try {
    const [streamArn, iterator] = JSON.parse(Buffer.from(String(text), 'base64').toString('utf8')) as unknown[];
    if (typeof streamArn === 'string' && typeof iterator === 'string') return { streamArn, iterator };
  } catch {
    // Not one of ours: said below.
  }
  throw validationError('Invalid ShardIterator');
}
