import { describe, expect, it } from 'vitest';
import { lookupRoleArn, stackPlace } from './deployed-template.js';

describe('where a deployed stack is read', () => {
  it.each([
    ['aws://444455556666/eu-central-1', { accountId: '444455556666', region: 'eu-central-1' }],
    ['aws://444455556666/us-gov-west-1', { accountId: '444455556666', region: 'us-gov-west-1' }],
    ['aws://444455556666/unknown-region', { accountId: '444455556666', region: undefined }],
    ['aws://unknown-account/unknown-region', { accountId: undefined, region: undefined }],
    ['', { accountId: undefined, region: undefined }],
  ])('%s leaves to the credentials what it does not say', (environment, place) => {
    expect(stackPlace(environment)).toEqual(place);
  });

  it("in another account, with CDK's lookup role there", () => {
    expect(lookupRoleArn('444455556666', 'eu-central-1')).toBe(
      'arn:aws:iam::444455556666:role/cdk-hnb659fds-lookup-role-444455556666-eu-central-1',
    );
  });
});
