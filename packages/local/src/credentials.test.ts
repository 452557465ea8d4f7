import { describe, expect, it } from 'vitest';
import { createCredentials } from './credentials.js';
import type { Environment, ResolvedStack } from './parts.js';

const environment: Environment = { accountId: '111122223333', region: 'eu-west-1', partition: 'aws' };
const stacks: ResolvedStack[] = [
  {
    name: 'S',
    outputs: {},
    resources: [
      { logicalId: 'ApiRole', type: 'AWS::IAM::Role', physicalId: 'S-ApiRole', properties: {}, metadata: {} },
      {
        logicalId: 'Api',
        type: 'AWS::Lambda::Function',
        physicalId: 'S-Api',
        properties: { Role: 'arn:aws:iam::111122223333:role/S-ApiRole' },
        metadata: {},
      },
      {
        logicalId: 'Foreign',
        type: 'AWS::Lambda::Function',
        physicalId: 'S-Foreign',
        properties: { Role: 'arn:aws:iam::444455556666:role/shared/Elsewhere' },
        metadata: {},
      },
    ],
  },
];

describe('createCredentials', () => {
  it("knows a function by its key, as the assumed role with the function's name as session", () => {
    const credentials = createCredentials(stacks, environment);
    const keys = credentials.ofFunction('S-Api');
    expect(keys).toEqual({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^\S{40}$/),
      sessionToken: expect.stringMatching(/^\S{64}$/),
    });
    expect(credentials.store.find(keys.accessKeyId)).toEqual({
      credentials: keys,
      principal: { arn: 'arn:aws:sts::111122223333:assumed-role/S-ApiRole/S-Api', roleId: 'ApiRole' },
    });
  });

  it('knows the operator as a user, and nobody else', () => {
    const credentials = createCredentials(stacks, environment);
    expect(credentials.operator.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(credentials.operator.sessionToken).toBeUndefined();
    expect(credentials.store.find(credentials.operator.accessKeyId)?.principal).toEqual({ arn: 'arn:aws:iam::111122223333:user/operator' });
    expect(credentials.store.find('AKIAIOSFODNN7EXAMPLE')).toBeUndefined();
    expect(() => credentials.ofFunction('S-Other')).toThrow('no credentials for S-Other');
  });

  it('gives a function whose role is outside the assembly keys without a role id', () => {
    const credentials = createCredentials(stacks, environment);
    expect(credentials.store.find(credentials.ofFunction('S-Foreign').accessKeyId)?.principal).toEqual({
      arn: 'arn:aws:sts::444455556666:assumed-role/Elsewhere/S-Foreign',
    });
  });
});
