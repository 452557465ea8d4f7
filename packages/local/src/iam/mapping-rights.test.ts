import { describe, expect, it } from 'vitest';
import { allow, api, apiResources, evaluatorOf, queue, stack, table } from './iam.test.fixture.js';
import { checkMappingRights, missingRightsMessage } from './mapping-rights.js';

const stream = `${table}/stream/2026-01-01T00:00:00.000`;

describe('an event source mapping', () => {
  it.each<[string, string, string | undefined, readonly object[], readonly string[]]>([
    ['a stream', stream, undefined, [allow('dynamodb:*', `${table}/stream/*`)], []],
    ['a queue', queue, undefined, [allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue)], []],
    [
      'a queue, without deleting',
      queue,
      undefined,
      [allow(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], queue)],
      ['sqs:DeleteMessage'],
    ],
    ['a stream, without a failure queue', stream, queue, [allow('dynamodb:*', stream)], ['sqs:SendMessage']],
    [
      'nothing',
      stream,
      undefined,
      [],
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    ],
  ])('of a role that may read %s lacks what AWS would miss', (_, eventSourceArn, onFailureArn, statements, missing) => {
    const { authorize } = evaluatorOf([stack(apiResources({ statements }))]);
    const mapping = { principal: api, eventSourceArn, ...(onFailureArn === undefined ? {} : { onFailureArn }) };
    expect(checkMappingRights(authorize, mapping).map(({ action }) => action)).toEqual(missing);
  });

  it('is reported with all rights that it lacks', () => {
    const mapping = { principal: api, eventSourceArn: queue };
    expect(missingRightsMessage('api', mapping, [{ action: 'sqs:DeleteMessage', resource: queue }])).toBe(
      `event source ${queue} of api is not running: the role of the function may not sqs:DeleteMessage on ${queue}; give it these rights`,
    );
  });
});
