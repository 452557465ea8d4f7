import { describe, expect, it } from 'vitest';
import {
  allow,
  api,
  apiResources,
  deny,
  document,
  evaluatorOf,
  operator,
  queue,
  queuePolicy,
  resource,
  stack,
  table,
} from './iam.test.fixture.js';

const put = { principal: api, action: 'dynamodb:PutItem', resource: table, context: {} };
const remove = { ...put, action: 'dynamodb:DeleteItem' };
const rights = [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table, { Sid: 'Documents' })];

describe('a denial', () => {
  it("reads like AWS's, and says which role lacks what", () => {
    const { authorize, entries } = evaluatorOf([stack(apiResources({ statements: rights }))]);
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/ApiRole/api is not authorized to perform: dynamodb:DeleteItem on resource: ' +
      'arn:aws:dynamodb:eu-west-1:111122223333:table/Documents because no identity-based policy allows the dynamodb:DeleteItem action. ' +
      'the role ApiRole has no statement with dynamodb:DeleteItem on arn:aws:dynamodb:eu-west-1:111122223333:table/Documents; ' +
      'add it to what the function declares it uses';
    expect(authorize(remove)).toEqual({ allowed: false, message });
    expect(entries).toMatchObject([
      { level: 'warn', part: 'iam', message, detail: { denial: { role: 'ApiRole', outcome: 'implicit-deny' } } },
    ]);
  });

  it.each<[string, object, string]>([
    ['identity-based policy', { statements: [...rights, deny('dynamodb:Put*', '*', { Sid: 'NoWrites' })] }, 'an identity-based policy'],
    ['permissions boundary', { statements: rights, role: { PermissionsBoundary: 'arn:boundary' } }, 'a permissions boundary'],
  ])('by an explicit deny names the %s and the statement', (_, parts, name) => {
    const boundary = resource('AWS::IAM::ManagedPolicy', 'B', { PolicyDocument: document(deny('*', '*', { Sid: 'NoWrites' })) });
    const resources = [...apiResources(parts), { ...boundary, physicalId: 'arn:boundary' }];
    expect(evaluatorOf([stack(resources)]).authorize(put).message).toMatch(
      new RegExp(`table/Documents with an explicit deny in ${name}\\. the statement NoWrites of the .* denies it$`),
    );
  });

  it('tells the hook what was denied, and the caller what the hook says', () => {
    const asked: unknown[] = [];
    const explainDenial = (denial: object): string => {
      asked.push(denial);
      return "add 'delete' to Documents.allow(…)";
    };
    const { authorize } = evaluatorOf([stack(apiResources({ statements: rights }))], { explainDenial });
    expect(authorize(remove).message).toMatch(/declares it uses\. add 'delete' to Documents\.allow\(…\)$/);
    expect(asked).toEqual([
      {
        principal: 'arn:aws:sts::111122223333:assumed-role/ApiRole/api',
        role: 'ApiRole',
        roleName: 'ApiRole',
        action: 'dynamodb:DeleteItem',
        resource: table,
        outcome: 'implicit-deny',
        policy: 'identity',
      },
    ]);
  });
});

describe('decisions', () => {
  it('are kept with what decided, the newest first', () => {
    const { authorize, decisions, clock } = evaluatorOf([stack(apiResources({ statements: rights }))]);
    authorize(put);
    authorize(remove);
    authorize({ ...put, principal: operator });
    expect(decisions()).toMatchObject([
      { principal: operator.arn, action: 'dynamodb:PutItem', allowed: true, policy: 'operator' },
      { role: 'ApiRole', action: 'dynamodb:DeleteItem', allowed: false, outcome: 'implicit-deny', policy: 'identity' },
      { role: 'ApiRole', action: 'dynamodb:PutItem', allowed: true, policy: 'identity', sid: 'Documents', policyName: 'ApiPolicy' },
    ]);
    expect(decisions(1)).toHaveLength(1);
    expect(decisions()[0]?.atMs).toBe(clock.now());
  });

  it('are the last 1,000, and are all counted', () => {
    const { authorize, decisions, counts } = evaluatorOf([stack(apiResources({ statements: rights }))]);
    for (let call = 0; call < 1200; call += 1) authorize(call < 1100 ? put : remove);
    expect(decisions(5000)).toHaveLength(1000);
    expect(decisions(5000).filter(({ allowed }) => !allowed)).toHaveLength(100);
    expect(counts()).toEqual([
      { role: 'ApiRole', action: 'dynamodb:PutItem', resource: table, allowed: 1100, denied: 0 },
      { role: 'ApiRole', action: 'dynamodb:DeleteItem', resource: table, allowed: 0, denied: 100 },
    ]);
  });

  it('are not kept over other values of the keys that a policy asks for', () => {
    const own = allow('dynamodb:GetItem', table, { Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } } });
    const { authorize } = evaluatorOf([stack(apiResources({ statements: [own] }))]);
    const get = (key: string) => authorize({ ...put, action: 'dynamodb:GetItem', context: { 'dynamodb:LeadingKeys': [key] } }).allowed;
    expect(['a', 'b', 'a', 'b'].map(get)).toEqual([true, false, true, false]);
  });

  it('that ask for the time follow the clock', async () => {
    const until = allow('dynamodb:PutItem', table, { Condition: { DateLessThan: { 'aws:CurrentTime': '2023-11-14T23:00:00Z' } } });
    const { authorize, clock } = evaluatorOf([stack(apiResources({ statements: [until] }))]);
    expect(authorize(put).allowed).toBe(true);
    await clock.advance(3_600_000);
    expect(authorize(put).allowed).toBe(false);
  });
});

describe('unused grants', () => {
  it('are the pairs of action and resource that no call needed', () => {
    const statements = [
      ...rights,
      allow('sqs:SendMessage', [queue, 'arn:aws:sqs:*:*:Other*'], { Sid: 'Queues' }),
      allow(['logs:PutLogEvents', 'xray:PutTraceSegments'], '*'),
    ];
    const { authorize, unusedGrants } = evaluatorOf([stack(apiResources({ statements }))]);
    authorize(put);
    authorize({ ...put, action: 'sqs:SendMessage', resource: queue });
    const about = { role: 'ApiRole', functions: ['api'], policyName: 'ApiPolicy' };
    expect(unusedGrants()).toEqual([
      { ...about, sid: 'Documents', action: 'dynamodb:GetItem', resource: table },
      { ...about, sid: 'Queues', action: 'sqs:SendMessage', resource: 'arn:aws:sqs:*:*:Other*' },
    ]);
  });

  it('are those of roles that functions have or may assume, and of no service', () => {
    const role = (name: string, principal: object) => [
      resource('AWS::IAM::Role', name, {
        AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }),
        Policies: [{ PolicyName: name, PolicyDocument: document(allow('s3:GetObject', 'arn:aws:s3:::files/*')) }],
      }),
    ];
    const roles = [...role('Assumed', { AWS: '111122223333' }), ...role('Model', { Service: 'sagemaker.amazonaws.com' })];
    const { unusedGrants } = evaluatorOf([stack([...apiResources(), ...roles])]);
    expect(unusedGrants().map(({ role: name, functions }) => ({ role: name, functions }))).toEqual([{ role: 'Assumed', functions: [] }]);
  });

  it('do not count denied calls as use', () => {
    const { authorize, unusedGrants } = evaluatorOf([
      stack([...apiResources({ statements: rights }), queuePolicy(deny('*', queue, { Principal: '*' }))]),
    ]);
    authorize({ ...put, action: 'sqs:SendMessage', resource: queue });
    expect(unusedGrants().map(({ action }) => action)).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
  });
});

describe('withholding', () => {
  it.each(['ApiRole', 'api'])('takes a right from %s until it is given back', (role) => {
    const { authorize, withhold } = evaluatorOf([stack(apiResources({ statements: rights }))]);
    expect(authorize(put).allowed).toBe(true);
    const restore = withhold({ role, action: 'dynamodb:PutItem' });
    expect(authorize(put)).toMatchObject({ allowed: false, message: expect.stringMatching('because no identity-based policy allows') });
    expect(authorize({ ...put, action: 'dynamodb:GetItem' }).allowed).toBe(true);
    restore();
    expect(authorize(put).allowed).toBe(true);
  });

  it('is about the resources named, with wildcards', () => {
    const { authorize, withhold } = evaluatorOf([stack(apiResources({ statements: [allow('s3:*', 'arn:aws:s3:::files/*')] }))]);
    withhold({ role: 'ApiRole', action: 's3:*', resource: 'arn:aws:s3:::files/a/*' });
    const get = (key: string) => authorize({ ...put, action: 's3:GetObject', resource: `arn:aws:s3:::files/${key}` }).allowed;
    expect([get('a/1'), get('b/1')]).toEqual([false, true]);
  });

  it('from a role that is not there says which there are', () => {
    const { withhold } = evaluatorOf([stack(apiResources())]);
    expect(() => withhold({ role: 'Nobody', action: 's3:*' })).toThrow('no role "Nobody" to withhold s3:* from; expected a role');
  });
});
