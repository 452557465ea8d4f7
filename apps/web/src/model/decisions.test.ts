import { describe, expect, it } from 'vitest';
import { callersOf, filterDecisions, readDecisions } from './decisions.js';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Documents';
const denial = {
  atMs: 1_700_000_000_123,
  principal: 'arn:aws:sts::000000000000:assumed-role/files/files',
  role: 'FilesRole',
  action: 'dynamodb:DeleteItem',
  resource: table,
  allowed: false,
  outcome: 'implicit-deny',
  policy: 'identity',
  message: 'User: … is not authorized to perform: dynamodb:DeleteItem',
};
const allowed = { ...denial, action: 'dynamodb:GetItem', allowed: true, outcome: 'allowed', sid: 'Documents', message: undefined };

describe('readDecisions', () => {
  it('reads who asked for what and why it was decided so', () => {
    expect(readDecisions({ decisions: [denial, allowed] })).toEqual([
      {
        atMs: 1_700_000_000_123,
        who: 'FilesRole',
        action: 'dynamodb:DeleteItem',
        resource: table,
        allowed: false,
        explanation: 'User: … is not authorized to perform: dynamodb:DeleteItem',
      },
      {
        atMs: 1_700_000_000_123,
        who: 'FilesRole',
        action: 'dynamodb:GetItem',
        resource: table,
        allowed: true,
        explanation: 'By the identity policy, statement Documents.',
      },
    ]);
  });

  it('names a caller without role by who it is', () => {
    const [decision] = readDecisions({ decisions: [{ ...allowed, role: undefined, principal: 'sns.amazonaws.com', policy: 'resource' }] })!;
    expect(decision?.who).toBe('sns.amazonaws.com');
  });

  it('leaves out what it does not understand', () => {
    expect(readDecisions({ decisions: [null, {}, 'x'] })).toEqual([]);
  });

  it.each([['<!doctype html>'], [null], [{}], [[]], [{ decisions: 'x' }]])('takes %j for no such document', (value) => {
    expect(readDecisions(value)).toBeUndefined();
  });
});

describe('filterDecisions', () => {
  const decisions = readDecisions({ decisions: [denial, allowed, { ...denial, role: 'SearchRole' }] })!;

  it('shows all without a filter', () => {
    expect(filterDecisions(decisions, { deniedOnly: false, who: undefined })).toHaveLength(3);
  });

  it('shows the denied of one role', () => {
    expect(filterDecisions(decisions, { deniedOnly: true, who: 'FilesRole' }).map(({ action }) => action)).toEqual(['dynamodb:DeleteItem']);
  });

  it('lists who asked, each once', () => {
    expect(callersOf(decisions)).toEqual(['FilesRole', 'SearchRole']);
  });
});
