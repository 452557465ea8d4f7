/**
 * The call every server contestant answers: an input of three fields, an answer of 20 rows of 8 fields (about 4 KB of JSON), in an API
 * Gateway REST event with 22 headers as a browser behind CloudFront sends them. The same shape as in the published comparison this is
 * measured against, so that ratios can be set side by side.
 */

import * as z from 'zod';

export const inputSchema = () => z.object({ id: z.string().min(1), limit: z.int().min(1).max(100), tags: z.array(z.string()) });

export const outputSchema = () =>
  z.object({
    rows: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        age: z.number(),
        active: z.boolean(),
        score: z.number(),
        city: z.string(),
        createdAt: z.string(),
      }),
    ),
  });

/** What the handler answers: made once, so that every contestant pays for the same nothing. */
export const answer: z.output<ReturnType<typeof outputSchema>> = {
  rows: Array.from({ length: 20 }, (_, at) => ({
    id: `row-${at}-0123456789abcdef0123456789abcdef`,
    name: `Person number ${at} of the list`,
    email: `person.${at}@example.com`,
    age: 20 + at,
    active: at % 2 === 0,
    score: at * 1.25,
    city: 'Frankfurt am Main',
    createdAt: '2026-11-23T03:47:00.123Z',
  })),
};

const input = { id: 'customer-42', limit: 20, tags: ['a', 'b', 'c'] };

const HEADERS: Readonly<Record<string, string>> = {
  Accept: '*/*',
  'Accept-Encoding': 'gzip, deflate, br',
  'Accept-Language': 'en-GB,en;q=0.9',
  'cache-control': 'no-cache',
  'CloudFront-Forwarded-Proto': 'https',
  'CloudFront-Is-Desktop-Viewer': 'true',
  'CloudFront-Is-Mobile-Viewer': 'false',
  'CloudFront-Is-SmartTV-Viewer': 'false',
  'CloudFront-Is-Tablet-Viewer': 'false',
  'CloudFront-Viewer-Country': 'DE',
  'content-type': 'application/json',
  Host: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
  origin: 'https://app.example.com',
  Referer: 'https://app.example.com/',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
  Via: '2.0 0123456789abcdef.cloudfront.net (CloudFront)',
  'X-Amz-Cf-Id': 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQR==',
  'X-Amzn-Trace-Id': 'Root=1-65e5d4a1-0123456789abcdef01234567',
  'X-Forwarded-For': '203.0.113.7, 130.176.1.1',
  'X-Forwarded-Proto': 'https',
};

/** Calls in a batched event. */
export const BATCH = 10;

/** A fresh REST event: one call, or a batch of ten. */
export function restEvent(batched: boolean): object {
  const names = batched ? Array(BATCH).fill('list').join(',') : 'list';
  const body = batched ? Object.fromEntries(Array.from({ length: BATCH }, (_, at) => [at, input])) : input;
  const query = batched ? { batch: '1' } : null;
  return {
    resource: '/rpc/bench/{proxy+}',
    path: `/rpc/bench/${names}`,
    httpMethod: 'POST',
    headers: { ...HEADERS },
    multiValueHeaders: Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]])),
    queryStringParameters: query,
    multiValueQueryStringParameters: query && { batch: ['1'] },
    pathParameters: { proxy: names },
    stageVariables: null,
    requestContext: {
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      stage: 'prod',
      httpMethod: 'POST',
      path: `/prod/rpc/bench/${names}`,
      resourcePath: '/rpc/bench/{proxy+}',
      identity: { sourceIp: '203.0.113.7' },
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
