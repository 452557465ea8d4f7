import { describe, expect, it } from 'vitest';
import { createArnTranslation } from './arns.js';

const own = { accountId: '111122223333', region: 'us-east-1', partition: 'aws' } as const;
const theirs = { accountId: '000000000000', region: 'eu-west-1' };

describe('ARNs', () => {
  it('are in the account and region of the endpoint there', () => {
    const { toTheirs } = createArnTranslation(theirs, own);
    const policy =
      '{"Resource":"arn:aws:sqs:us-east-1:111122223333:Jobs.fifo","aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:Events"}';
    expect(toTheirs(policy)).toBe(
      '{"Resource":"arn:aws:sqs:eu-west-1:000000000000:Jobs.fifo","aws:SourceArn":"arn:aws:sns:eu-west-1:000000000000:Events"}',
    );
  });

  it('are in the account of their stack here, also those of streams', () => {
    const { claim, toOurs } = createArnTranslation(theirs, own);
    claim('dynamodb', 'table/Stats', { accountId: '444455556666', region: 'us-west-2' });
    expect(toOurs('arn:aws:dynamodb:eu-west-1:000000000000:table/Stats/stream/2026')).toBe(
      'arn:aws:dynamodb:us-west-2:444455556666:table/Stats/stream/2026',
    );
    expect(toOurs('arn:aws:dynamodb:eu-west-1:000000000000:table/Other')).toBe('arn:aws:dynamodb:us-east-1:111122223333:table/Other');
  });

  it('of other accounts and services stay as they are', () => {
    const { toOurs, toTheirs } = createArnTranslation(theirs, own);
    expect(toOurs('arn:aws:sqs:eu-west-1:777788889999:Jobs')).toBe('arn:aws:sqs:eu-west-1:777788889999:Jobs');
    expect(toTheirs('arn:aws:lambda:us-east-1:111122223333:function:Fn')).toBe('arn:aws:lambda:us-east-1:111122223333:function:Fn');
  });

  it('cannot be told apart when two accounts have a table of one name', () => {
    const { claim } = createArnTranslation(theirs, own);
    claim('dynamodb', 'table/Stats', own);
    expect(() => claim('dynamodb', 'table/Stats', { accountId: '444455556666', region: 'us-east-1' })).toThrow(
      'dynamodb table/Stats is in the accounts 111122223333 and 444455556666, expected different names',
    );
  });
});
