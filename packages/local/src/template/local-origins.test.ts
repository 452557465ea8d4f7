import { expect, it } from 'vitest';
import type { ResolvedStack } from '../parts.js';
import { withLocalOrigins } from './local-origins.js';

const origins = {
  apis: new Map([['abcdefghij', '127.0.0.1:4101']]),
  awsUrl: 'http://127.0.0.1:4100',
  streamArns: new Map([
    [
      'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-01-01T00:00:00.000',
      'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-11-23T04:33:27.123',
    ],
  ]),
};

function localized(value: string): unknown {
  const stack: ResolvedStack = {
    name: 'S',
    resources: [{ logicalId: 'F', type: 'AWS::Lambda::Function', physicalId: 'f', properties: { deep: [{ value }] }, metadata: {} }],
    outputs: { value },
  };
  const [local] = withLocalOrigins([stack], origins);
  expect(local?.resources[0]?.properties).toEqual({ deep: [{ value: local?.outputs.value }] });
  return local?.outputs.value;
}

it.each([
  ['https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod/', 'http://127.0.0.1:4101/prod/'],
  ['wss://abcdefghij.execute-api.us-east-1.amazonaws.com/prod', 'ws://127.0.0.1:4101/prod'],
  [
    'a=https://abcdefghij.execute-api.us-east-1.amazonaws.com b=wss://abcdefghij.execute-api.us-east-1.amazonaws.com',
    'a=http://127.0.0.1:4101 b=ws://127.0.0.1:4101',
  ],
  [
    'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-01-01T00:00:00.000',
    'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-11-23T04:33:27.123',
  ],
  [
    'https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com/graphql#da2-key',
    'http://127.0.0.1:4100/appsync/abcdefghijklmnopqrstuvwxyz/graphql#da2-key',
  ],
  ['https://sqs.us-east-1.amazonaws.com/000000000000/jobs', 'http://127.0.0.1:4100/000000000000/jobs'],
  [
    'https://search-help-search-abcdefghijklmnopqrstuvwxyz.us-east-1.es.amazonaws.com/documents',
    'http://127.0.0.1:4100/_opensearch/help-search/documents',
  ],
])('rewrites %s', (aws, local) => {
  expect(localized(aws)).toBe(local);
});

it.each([
  'https://jihgfedcba.execute-api.us-east-1.amazonaws.com/prod',
  'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/*',
  'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/prod/*',
  'arn:aws:appsync:us-east-1:000000000000:apis/abcdefghijklmnopqrstuvwxyz/types/Query/fields/a',
  'https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com.elsewhere.example/',
  'https://abcdefghij.execute-api.us-east-1.amazonaws.com.elsewhere.example/',
  'search-help-search-abcdefghijklmnopqrstuvwxyz.us-east-1.es.amazonaws.com',
])('leaves %s alone', (text) => {
  expect(localized(text)).toBe(text);
});
