import { describe, expect, it } from 'vitest';
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import {
  ACCOUNT,
  allow,
  api,
  apiResources,
  apiRoleArn,
  deny,
  document,
  elsewhere,
  evaluatorOf,
  OTHER_ACCOUNT,
  operator,
  queue,
  queuePolicy,
  resource,
  stack,
  table,
} from './iam.test.fixture.js';

/** `allowed`, or which kind of policy stands in the way: as the newest decision says it. */
function outcomeOf(
  stacks: readonly ResolvedStack[],
  action: string,
  on: string,
  more: { readonly sessionPolicy?: string; readonly principal?: { arn: string } | { service: string }; readonly context?: object } = {},
): string {
  const { authorize, decisions } = evaluatorOf(stacks);
  const { sessionPolicy, principal = sessionPolicy === undefined ? api : { ...api, sessionPolicy }, context = {} } = more;
  authorize({ principal, action, resource: on, context: context as Record<string, string> });
  const [decision] = decisions();
  return `${decision?.outcome} ${decision?.policy}`;
}

const main = (statements: readonly object[], more: readonly ResolvedResource[] = [], role: Readonly<Record<string, unknown>> = {}) => [
  stack([...apiResources({ statements, role }), ...more]),
];

const put = allow('dynamodb:PutItem', table);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html */
describe('identity policies', () => {
  it.each<[string, readonly object[], string, string, string]>([
    ['the action on the resource', [put], 'dynamodb:PutItem', table, 'allowed identity'],
    ['nothing', [], 'dynamodb:PutItem', table, 'implicit-deny identity'],
    ['another action', [put], 'dynamodb:DeleteItem', table, 'implicit-deny identity'],
    ['another resource', [put], 'dynamodb:PutItem', `${table}2`, 'implicit-deny identity'],
    ['the table, asked for an index', [put], 'dynamodb:PutItem', `${table}/index/byFolder`, 'implicit-deny identity'],
    ['an action in other letters', [allow('DynamoDB:putitem', table)], 'dynamodb:PutItem', table, 'allowed identity'],
    ['a family of actions', [allow('dynamodb:Put*', table)], 'dynamodb:PutItem', table, 'allowed identity'],
    ['everything', [allow('*', '*')], 'dynamodb:ListTables', '*', 'allowed identity'],
    ['lists', [allow(['s3:GetObject', 'dynamodb:PutItem'], [queue, table])], 'dynamodb:PutItem', table, 'allowed identity'],
    ['a wildcard inside a part of the ARN', [allow('sqs:*', 'arn:aws:sqs:*:*:Jobs')], 'sqs:SendMessage', queue, 'allowed identity'],
    ['a wildcard over several parts', [allow('sqs:*', 'arn:aws:*:Jobs')], 'sqs:SendMessage', queue, 'implicit-deny identity'],
    ['an action and a Deny', [put, deny('dynamodb:*', table)], 'dynamodb:PutItem', table, 'explicit-deny identity'],
    ['a Deny elsewhere', [put, deny('dynamodb:*', queue)], 'dynamodb:PutItem', table, 'allowed identity'],
    [
      'all but an action',
      [{ Effect: 'Allow', NotAction: 'dynamodb:Delete*', Resource: table }],
      'dynamodb:PutItem',
      table,
      'allowed identity',
    ],
    [
      'all but this action',
      [{ Effect: 'Allow', NotAction: 'dynamodb:Put*', Resource: table }],
      'dynamodb:PutItem',
      table,
      'implicit-deny identity',
    ],
    ['all but a resource', [{ Effect: 'Allow', Action: '*', NotResource: queue }], 'dynamodb:PutItem', table, 'allowed identity'],
    [
      'all but this resource',
      [put, { Effect: 'Deny', Action: '*', NotResource: queue }],
      'dynamodb:PutItem',
      table,
      'explicit-deny identity',
    ],
    [
      'a variable in the resource',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own placeholder
      [allow('dynamodb:PutItem', 'arn:aws:dynamodb:*:${aws:PrincipalAccount}:table/Documents')],
      'dynamodb:PutItem',
      table,
      'allowed identity',
    ],
  ])('that allow %s', (_, statements, action, on, expected) => {
    expect(outcomeOf(main(statements), action, on)).toBe(expected);
  });

  it('are those in the role, those that name the role, and managed ones', () => {
    const role = {
      Policies: [{ PolicyName: 'inline', PolicyDocument: document(allow('s3:GetObject', 'arn:aws:s3:::files/*')) }],
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole', 'arn:own'],
    };
    const own = { ...resource('AWS::IAM::ManagedPolicy', 'Own', { PolicyDocument: document(put) }), physicalId: 'arn:own' };
    const rolePolicy = resource('AWS::IAM::RolePolicy', 'Extra', {
      RoleName: 'ApiRole',
      PolicyDocument: document(allow('sns:Publish', '*')),
    });
    const stacks = main([allow('kendra:Query', '*')], [own, rolePolicy], role);
    const all = [
      ['s3:GetObject', 'arn:aws:s3:::files/a'],
      ['sqs:ReceiveMessage', queue],
      ['dynamodb:PutItem', table],
      ['sns:Publish', 'arn:aws:sns:eu-west-1:111122223333:t'],
      ['kendra:Query', 'arn:aws:kendra:eu-west-1:111122223333:index/i'],
    ] as const;
    expect(all.map(([action, on]) => outcomeOf(stacks, action, on))).toEqual(Array.from(all, () => 'allowed identity'));
  });

  it('that are not known are reported, and allow nothing', () => {
    const role = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
    const { authorize, entries } = evaluatorOf(main([], [], role));
    expect(authorize({ principal: api, action: 's3:GetObject', resource: 'arn:aws:s3:::a/b', context: {} }).allowed).toBe(false);
    expect(entries[0]?.message).toMatch(/ApiRole: arn:aws:iam::aws:policy\/AdministratorAccess is not known/);
  });

  it('ask for what every request has', () => {
    const whenSecure = allow('dynamodb:PutItem', table, {
      Condition: {
        Bool: { 'aws:SecureTransport': 'true' },
        StringEquals: {
          'aws:PrincipalAccount': ACCOUNT,
          'aws:PrincipalTag/team': 'documents',
          'aws:RequestedRegion': 'eu-west-1',
          'aws:ResourceAccount': ACCOUNT,
        },
        ArnEquals: { 'aws:PrincipalArn': apiRoleArn },
        IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
      },
    });
    expect(outcomeOf(main([whenSecure], [], { Tags: [{ Key: 'team', Value: 'documents' }] }), 'dynamodb:PutItem', table)).toBe(
      'allowed identity',
    );
    expect(outcomeOf(main([whenSecure]), 'dynamodb:PutItem', table)).toBe('implicit-deny identity');
  });
});

describe('boundary and session policies', () => {
  const boundary = (statement: object) => [
    { ...resource('AWS::IAM::ManagedPolicy', 'Boundary', { PolicyDocument: document(statement) }), physicalId: 'arn:boundary' },
  ];
  const bounded = { PermissionsBoundary: 'arn:boundary' };
  const narrowed = (statement: object) => ({ sessionPolicy: JSON.stringify(document(statement)) });
  const toRole = queuePolicy(allow('sqs:SendMessage', queue, { Principal: { AWS: apiRoleArn } }));
  const toSession = queuePolicy(allow('sqs:SendMessage', queue, { Principal: { AWS: api.arn } }));
  const toAll = queuePolicy(allow('sqs:SendMessage', queue, { Principal: '*' }));

  it.each([
    ['that allow it', allow('dynamodb:*', '*'), 'allowed identity'],
    ['that allow something else', allow('s3:*', '*'), 'implicit-deny boundary'],
    ['that deny it', deny('dynamodb:PutItem', '*'), 'explicit-deny boundary'],
  ])('narrow a role by boundaries %s', (_, statement, expected) => {
    expect(outcomeOf(main([put], boundary(statement), bounded), 'dynamodb:PutItem', table)).toBe(expected);
  });

  it.each([
    ['that allow it', allow('dynamodb:*', '*'), 'allowed identity'],
    ['that allow something else', allow('s3:*', '*'), 'implicit-deny session'],
    ['that deny it', deny('dynamodb:PutItem', '*'), 'explicit-deny session'],
  ])('narrow a session by policies %s', (_, statement, expected) => {
    expect(outcomeOf(main([put]), 'dynamodb:PutItem', table, narrowed(statement))).toBe(expected);
  });

  it('give nothing by themselves', () => {
    expect(outcomeOf(main([], boundary(allow('*', '*')), bounded), 'dynamodb:PutItem', table)).toBe('implicit-deny identity');
    expect(outcomeOf(main([]), 'dynamodb:PutItem', table, narrowed(allow('*', '*')))).toBe('implicit-deny identity');
  });

  it.each([
    ['its role, within the boundary', toRole, allow('sqs:*', '*'), 'allowed resource'],
    ['its role, outside the boundary', toRole, allow('s3:*', '*'), 'implicit-deny boundary'],
    ['its session, outside the boundary', toSession, allow('s3:*', '*'), 'allowed resource'],
    ['everybody, outside the boundary', toAll, allow('s3:*', '*'), 'allowed resource'],
  ])('bind a caller that a resource policy names by %s', (_, policy, statement, expected) => {
    expect(outcomeOf(main([], [policy, ...boundary(statement)], bounded), 'sqs:SendMessage', queue)).toBe(expected);
  });

  it('bind a role that a resource policy names also in a narrowed session', () => {
    expect(outcomeOf(main([], [toRole]), 'sqs:SendMessage', queue, narrowed(allow('s3:*', '*')))).toBe('implicit-deny session');
  });
});

describe('resource policies', () => {
  const send = (principal: unknown, more: object = {}) => queuePolicy(allow('sqs:SendMessage', queue, { Principal: principal, ...more }));

  it.each<[string, ResolvedResource, readonly object[], string]>([
    ['the role', send({ AWS: apiRoleArn }), [], 'allowed resource'],
    ['the session', send({ AWS: [api.arn] }), [], 'allowed resource'],
    ['everybody', send('*'), [], 'allowed resource'],
    ['everybody in AWS', send({ AWS: '*' }), [], 'allowed resource'],
    ['the account alone', send({ AWS: `arn:aws:iam::${ACCOUNT}:root` }), [], 'implicit-deny identity'],
    ['the account, with an identity policy', send({ AWS: ACCOUNT }), [allow('sqs:SendMessage', queue)], 'allowed identity'],
    ['another role', send({ AWS: `${apiRoleArn}2` }), [], 'implicit-deny identity'],
    ['a service', send({ Service: 'sns.amazonaws.com' }), [], 'implicit-deny identity'],
    ['nobody, with an identity policy', send({ AWS: `${apiRoleArn}2` }), [allow('sqs:SendMessage', queue)], 'allowed identity'],
  ])('in one account that name %s', (_, policy, statements, expected) => {
    expect(outcomeOf(main(statements, [policy]), 'sqs:SendMessage', queue)).toBe(expected);
  });

  it('that deny win over identity policies', () => {
    const insecure = deny('sqs:*', queue, { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const always = deny('sqs:*', queue, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } });
    expect(outcomeOf(main([allow('sqs:*', '*')], [queuePolicy(insecure)]), 'sqs:SendMessage', queue)).toBe('allowed identity');
    expect(outcomeOf(main([allow('sqs:*', '*')], [queuePolicy(always)]), 'sqs:SendMessage', queue)).toBe('explicit-deny resource');
  });

  it('with NotPrincipal spare only a session that is listed with its role and account', () => {
    const spare = (...names: string[]) => queuePolicy({ Effect: 'Deny', NotPrincipal: { AWS: names }, Action: 'sqs:*', Resource: queue });
    const outcome = (...names: string[]) => outcomeOf(main([allow('sqs:*', '*')], [spare(...names)]), 'sqs:SendMessage', queue);
    expect(outcome(api.arn, apiRoleArn, ACCOUNT)).toBe('allowed identity');
    expect(outcome(apiRoleArn, ACCOUNT)).toBe('explicit-deny resource');
  });

  it.each([
    ['the topic', { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:changed' }, 'allowed resource'],
    ['another topic', { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:other' }, 'implicit-deny resource'],
    ['no source', {}, 'implicit-deny resource'],
  ])('let an AWS service in for %s', (_, context, expected) => {
    const policy = send(
      { Service: 'sns.amazonaws.com' },
      { Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:changed' } } },
    );
    expect(outcomeOf(main([], [policy]), 'sqs:SendMessage', queue, { principal: { service: 'sns.amazonaws.com' }, context })).toBe(
      expected,
    );
  });

  it.each([
    ['bucket', 'AWS::S3::BucketPolicy', { Bucket: 'files' }, 's3:GetObject', 'arn:aws:s3:::files/a'],
    [
      'topic',
      'AWS::SNS::TopicPolicy',
      { Topics: ['arn:aws:sns:eu-west-1:111122223333:t'] },
      'sns:Publish',
      'arn:aws:sns:eu-west-1:111122223333:t',
    ],
    [
      'domain',
      'AWS::OpenSearchService::Domain',
      { DomainName: 'search', AccessPolicies: document(allow('es:ESHttpGet', '*', { Principal: '*' })) },
      'es:ESHttpGet',
      'arn:aws:es:eu-west-1:111122223333:domain/search/documents/_search',
    ],
    [
      'table',
      'AWS::DynamoDB::Table',
      { ResourcePolicy: { PolicyDocument: document(allow('dynamodb:GetItem', '*', { Principal: '*' })) } },
      'dynamodb:GetItem',
      'arn:aws:dynamodb:eu-west-1:111122223333:table/Holder',
    ],
  ])('of a %s are asked', (_, type, properties, action, on) => {
    const holder = resource(type, 'Holder', { PolicyDocument: document(allow(action, '*', { Principal: '*' })), ...properties });
    expect(outcomeOf(main([], [holder]), action, on)).toBe('allowed resource');
  });
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html */
describe('across accounts', () => {
  const theirs = `arn:aws:sqs:eu-west-1:${OTHER_ACCOUNT}:Jobs`;
  const url = `http://127.0.0.1:4566/${OTHER_ACCOUNT}/Jobs`;
  const other = (principal: unknown) =>
    stack(
      [
        { ...resource('AWS::SQS::Queue', 'Jobs'), physicalId: url },
        resource('AWS::SQS::QueuePolicy', 'P', {
          Queues: [url],
          PolicyDocument: document(allow('sqs:SendMessage', theirs, { Principal: principal })),
        }),
      ],
      elsewhere,
    );
  const mine = [allow('sqs:SendMessage', theirs)];

  it.each<[string, readonly object[], unknown, string]>([
    ['both allow', mine, { AWS: apiRoleArn }, 'allowed identity'],
    ['both allow, the account being named', mine, { AWS: ACCOUNT }, 'allowed identity'],
    ['only the resource allows', [], { AWS: api.arn }, 'implicit-deny identity'],
    ['only the identity allows', mine, { AWS: OTHER_ACCOUNT }, 'implicit-deny resource'],
  ])('when %s', (_, statements, principal, expected) => {
    expect(outcomeOf([...main(statements), other(principal)], 'sqs:SendMessage', theirs)).toBe(expected);
  });

  it('a bucket belongs to the account of its stack', () => {
    const bucket = stack([resource('AWS::S3::Bucket', 'files')], elsewhere);
    const statements = [allow('s3:GetObject', 'arn:aws:s3:::files/*')];
    expect(outcomeOf([...main(statements), bucket], 's3:GetObject', 'arn:aws:s3:::files/a')).toBe('implicit-deny resource');
  });
});

describe('trust policies', () => {
  const target = `arn:aws:iam::${OTHER_ACCOUNT}:role/Analytics`;
  const trusting = (principal: unknown, more: object = {}) =>
    stack(
      [
        resource('AWS::IAM::Role', 'Analytics', {
          AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }),
        }),
      ],
      elsewhere,
    );
  const mayAssume = [allow('sts:AssumeRole', target)];
  const externalId = { Condition: { StringEquals: { 'sts:ExternalId': 'gateway' } } };

  it.each<[string, readonly object[], ResolvedStack, Record<string, string>, string]>([
    ['both sides', mayAssume, trusting({ AWS: ACCOUNT }), {}, 'allowed trust'],
    ['only the trust', [], trusting({ AWS: apiRoleArn }), {}, 'implicit-deny identity'],
    ['only the identity', mayAssume, trusting({ AWS: OTHER_ACCOUNT }), {}, 'implicit-deny trust'],
    ['the external id', mayAssume, trusting({ AWS: ACCOUNT }, externalId), { 'sts:ExternalId': 'gateway' }, 'allowed trust'],
    ['another external id', mayAssume, trusting({ AWS: ACCOUNT }, externalId), { 'sts:ExternalId': 'else' }, 'implicit-deny trust'],
    ['no external id', mayAssume, trusting({ AWS: ACCOUNT }, externalId), {}, 'implicit-deny trust'],
  ])('across accounts with %s', (_, statements, other, context, expected) => {
    expect(outcomeOf([...main(statements), other], 'sts:AssumeRole', target, { context })).toBe(expected);
  });

  it.each<[string, readonly object[], unknown, string]>([
    ['the role, without an identity policy', [], { AWS: apiRoleArn }, 'allowed trust'],
    ['the account, without an identity policy', [], { AWS: ACCOUNT }, 'implicit-deny identity'],
    ['the account, with an identity policy', [allow('sts:*', '*')], { AWS: ACCOUNT }, 'allowed trust'],
    ['nobody of it, with an identity policy', [allow('sts:*', '*')], { Service: 'lambda.amazonaws.com' }, 'implicit-deny trust'],
  ])('in one account that name %s', (_, statements, principal, expected) => {
    const stacks = [stack([...apiResources({ statements }), ...trusting(principal).resources])];
    expect(outcomeOf(stacks, 'sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/Analytics`)).toBe(expected);
  });
});

describe('the operator', () => {
  it('may do everything, a Deny notwithstanding', () => {
    const policy = queuePolicy(deny('*', queue, { Principal: '*' }));
    expect(outcomeOf(main([], [policy]), 'sqs:DeleteQueue', queue, { principal: operator })).toBe('allowed operator');
  });
});

describe('a policy that cannot be read', () => {
  it.each<[string, object, string]>([
    ['Effect', { Action: '*', Resource: '*' }, 'policy ApiPolicy: statement 1: got Effect undefined, expected Allow or Deny'],
    ['Action', { Effect: 'Allow', Resource: '*' }, 'statement 1: it has neither Action nor NotAction'],
    ['Resource', { Effect: 'Allow', Action: '*' }, 'statement 1: it has neither Resource nor NotResource'],
    ['operator', allow('*', '*', { Condition: { Like: { a: 'b' } } }), 'statement 1: got condition operator Like'],
  ])('is refused for its %s, by name', (_, statement, message) => {
    expect(() => evaluatorOf(main([statement]))).toThrow(message);
  });
});
