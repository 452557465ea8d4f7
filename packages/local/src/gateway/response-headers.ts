/**
 * Response headers that API Gateway keeps for itself: an integration that sends one finds it under `x-amzn-Remapped-…`.
 * AWS says "may be remapped" for some of these; this list is the reading that surprises least in production.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
import type { HeaderList } from './header-list.js';

const REMAPPED = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'www-authenticate',
  'x-amz-apigw-id',
  'x-amzn-requestid',
  'x-amzn-trace-id',
]);

/** Renames what must not pass. */
export function remapHeaders(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => (REMAPPED.has(name.toLowerCase()) ? [`x-amzn-Remapped-${name}`, value] : [name, value]));
}

/** Adds a header unless it is there, in any case. */
export function withDefault(headers: HeaderList, name: string, value: string): HeaderList {
  return headers.some(([candidate]) => candidate.toLowerCase() === name.toLowerCase()) ? headers : [[name, value], ...headers];
}
