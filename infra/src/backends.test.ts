/** What is deployed for each kind of resource, worker and account. */

import { mutation, service } from '@org/gateway-core';
import { defineService, type FunctionGrant, serviceFunction } from '@org/gateway-server/service';
import { describe, expect, it } from 'vitest';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { statementsOf, text } from './templates.js';

const local = synthesize('local');
const everything = synthesize('everything');
const production = synthesize('production');

describe('the search domain', () => {
  it('takes encrypted connections only, and no bulk request that leaves the index in its path', () => {
    const { Properties } = resourceNamed(production.data, 'Search');
    expect(Properties).toMatchObject({
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      NodeToNodeEncryptionOptions: { Enabled: true },
      EncryptionAtRestOptions: { Enabled: true },
      AdvancedOptions: { 'rest.action.multi.allow_explicit_index': 'false' },
      ClusterConfig: { InstanceType: 'r7g.large.search', InstanceCount: 3, DedicatedMasterCount: 3, ZoneAwarenessEnabled: true },
    });
    expect(Properties).not.toHaveProperty('AccessPolicies');
    expect(Properties).not.toHaveProperty('AdvancedSecurityOptions');
  });

  it('is as small as settings ask for, and absent where no index is declared', () => {
    expect(resourceNamed(local.data, 'Search').Properties.ClusterConfig).toMatchObject({
      InstanceType: 't3.small.search',
      InstanceCount: 1,
    });
    const none = synthesize('local', {}, { declarations: { services: [], workers: [] } });
    expect(Object.keys(resourcesOf(none.data, 'AWS::OpenSearchService::Domain'))).toEqual([]);
  });
});

describe('a bus on SNS and SQS', () => {
  it('is a topic that takes TLS only, encrypted, and in order where the bus is', () => {
    expect(resourceNamed(local.data, 'DocumentEvents').Properties).toMatchObject({
      FifoTopic: true,
      TopicName: 'gateway-local-DocumentEvents.fifo',
      KmsMasterKeyId: 'alias/aws/sns',
    });
    expect(resourceNamed(local.data, 'AuditEvents').Properties).not.toHaveProperty('FifoTopic');
    const policies = Object.values(resourcesOf(local.data, 'AWS::SNS::TopicPolicy')).flatMap(statementsOf);
    expect(policies).toHaveLength(2);
    for (const statement of policies) {
      expect(statement).toMatchObject({ Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    }
  });

  it('gives each worker the messages it asks for, as they were published', () => {
    const subscriptions = Object.values(resourcesOf(local.data, 'AWS::SNS::Subscription')).map(({ Properties }) => [
      text(Properties.Endpoint, local),
      Properties.RawMessageDelivery,
      Properties.FilterPolicy,
    ]);
    expect(subscriptions).toEqual([
      ['{LabellerQueue.Arn}', true, { message: ['changed'] }],
      ['{AuditorQueue.Arn}', true, { message: ['changed', 'forgotten'] }],
    ]);
  });

  it('hides a message for six times the timeout, and keeps it after the last attempt', () => {
    expect(resourceNamed(local.data, 'LabellerQueue').Properties).toMatchObject({
      FifoQueue: true,
      QueueName: 'gateway-local-LabellerQueue.fifo',
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 120,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['LabellerDeadLetters', 'Arn'] }, maxReceiveCount: 3 },
    });
    expect(resourceNamed(local.data, 'LabellerDeadLetters').Properties).toMatchObject({
      FifoQueue: true,
      MessageRetentionPeriod: 1_209_600,
    });
  });

  it('lets only its topic send to a queue', () => {
    const policy = Object.values(resourcesOf(local.data, 'AWS::SQS::QueuePolicy')).find(({ Properties }) =>
      JSON.stringify(Properties.Queues).includes('"LabellerQueue"'),
    );
    const allowed = policy === undefined ? [] : statementsOf(policy).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toEqual([
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: { Service: 'sns.amazonaws.com' },
        Resource: { 'Fn::GetAtt': ['LabellerQueue', 'Arn'] },
        Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'DocumentEvents' } } },
      },
    ]);
  });

  it('wakes the worker with messages of which only those that failed come again', () => {
    const { Tags, ...properties } = resourceNamed(local.gateway, 'labellerWorkerMessages').Properties;
    expect({ ...properties, EventSourceArn: text(properties.EventSourceArn, local) }).toEqual({
      EventSourceArn: '{LabellerQueue.Arn}',
      FunctionName: { Ref: expect.stringMatching(/^labellerWorkerFunction/) },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('a bus on a table', () => {
  it('is a table of keys and ids that expire, with a stream of new images', () => {
    expect(resourceNamed(local.data, 'FileEvents').Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'key', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  it('wakes the worker with new messages of its names', () => {
    const { FilterCriteria } = resourceNamed(local.gateway, 'fileActivityWorkerRecords').Properties as {
      readonly FilterCriteria: { readonly Filters: readonly { readonly Pattern: string }[] };
    };
    expect(FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { NewImage: { name: { S: ['uploaded'] } } } },
    ]);
  });
});

describe('changes of a table', () => {
  it('are a stream of old and new images, and of no other table', () => {
    expect(resourceNamed(local.data, 'Documents').Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(resourceNamed(local.data, 'Activity').Properties).not.toHaveProperty('StreamSpecification');
  });

  it('reach the worker in order, as often as it tries, and then its dead letters', () => {
    const { Tags, ...properties } = resourceNamed(local.gateway, 'indexerWorkerRecords').Properties;
    expect({ ...properties, EventSourceArn: text(properties.EventSourceArn, local) }).toMatchObject({
      EventSourceArn: '{Documents.StreamArn}',
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 4,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const { OnFailure } = properties.DestinationConfig as { readonly OnFailure: { readonly Destination: unknown } };
    expect(text(OnFailure.Destination, local)).toBe('{IndexerDeadLetters.Arn}');
  });
});

describe('an internal service', () => {
  it('has no route on either API', () => {
    const apis = Object.values(local.gateway.Resources).filter(({ Type }) => Type.startsWith('AWS::ApiGateway'));
    expect(apis.length).toBeGreaterThan(50);
    expect(JSON.stringify(apis)).not.toContain('indexingService');
  });

  it('keeps calls that nobody waited for, once they failed three times', () => {
    const { Properties } = resourceNamed(local.gateway, 'indexingServiceSentCalls');
    expect(Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
    const { OnFailure } = Properties.DestinationConfig as { readonly OnFailure: { readonly Destination: unknown } };
    expect(text(OnFailure.Destination, local)).toBe('{IndexingDeadLetters.Arn}');
  });
});

describe('a service that is called', () => {
  const [asking, asked] = [service('asking', {}), service('asked', { rebuild: mutation({ auth: 'public' }) })];
  const queues = (indexing: FunctionGrant<unknown>) => {
    const services = [defineService(asking, { uses: { indexing } }), defineService(asked, { uses: {} })];
    const { data } = synthesize('local', {}, { declarations: { services, workers: [] } });
    return Object.keys(resourcesOf(data, 'AWS::SQS::Queue'));
  };

  it('has a queue of dead letters where calls are sent, and none where they are waited for', () => {
    expect(queues(serviceFunction(asked).allowSend('rebuild'))).toEqual(['AskedDeadLetters']);
    expect(queues(serviceFunction(asked).allow('rebuild'))).toEqual([]);
  });
});

describe('a model', () => {
  it('is an endpoint of a container without network, which locally a script stands for', () => {
    const model = resourceNamed(local.gateway, 'ClassifierModel');
    expect(model.Properties).toMatchObject({ EnableNetworkIsolation: true });
    expect(model.Metadata?.['local-stage:container']).toEqual({ script: expect.stringMatching(/apps\/classifier\/dist\/server\.js$/) });
  });

  it('runs the image of the settings on their instances', () => {
    const image = '210987654321.dkr.ecr.eu-central-1.amazonaws.com/classifier:3';
    const own = synthesize('dev', { models: { Classifier: { image, instanceType: 'ml.c7g.large', instances: 2 } } });
    expect(resourceNamed(own.gateway, 'ClassifierModel').Properties.PrimaryContainer).toEqual({ Image: image });
    expect(resourceNamed(own.gateway, 'ClassifierModelConfig').Properties.ProductionVariants).toMatchObject([
      { InstanceType: 'ml.c7g.large', InitialInstanceCount: 2 },
    ]);
    expect(statementsOf(resourceNamed(own.gateway, 'ClassifierModelRoleDefaultPolicy'))[0]).toMatchObject({
      Sid: 'Image',
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-central-1:210987654321:repository/classifier']] },
    });
  });

  it('is not deployed where the settings name an endpoint', () => {
    expect(Object.keys(resourcesOf(production.gateway, 'AWS::SageMaker::Model'))).toEqual([]);
  });
});

describe('the GraphQL API', () => {
  it('is off by default, and with it whatever uses or resolves it', () => {
    expect(Object.keys(resourcesOf(local.gateway, 'AWS::AppSync::GraphQLApi'))).toEqual([]);
    expect(JSON.stringify(local.gateway)).not.toContain('catalogueService');
    expect(JSON.stringify(local.gateway)).not.toContain('libraryWorker');
  });

  it('asks for signatures, is traced, and logs no contents', () => {
    expect(resourceNamed(everything.gateway, 'LibraryGraphApi').Properties).toMatchObject({
      AuthenticationType: 'AWS_IAM',
      XrayEnabled: true,
      LogConfig: { FieldLogLevel: 'ERROR', ExcludeVerboseContent: true },
    });
    expect(resourceNamed(everything.gateway, 'LibraryGraphSchema').Properties.Definition).toBe('type Query { document(id: ID!): String }');
  });

  it('hands each field of a worker to its function, which it alone may invoke', () => {
    expect(resourceNamed(everything.gateway, 'LibraryGraphQuerydocument').Properties).toMatchObject({
      TypeName: 'Query',
      FieldName: 'document',
    });
    expect(resourceNamed(everything.gateway, 'LibraryGraphlibrarySource').Properties).toMatchObject({
      Type: 'AWS_LAMBDA',
      Name: 'library',
    });
    const [invoke] = statementsOf(resourceNamed(everything.gateway, 'LibraryGraphlibraryRoleDefaultPolicy'));
    expect([invoke?.Action, text(invoke?.Resource, everything)]).toEqual(['lambda:InvokeFunction', '{libraryWorkerFunction.Arn}']);
  });

  it('asks for a key where the settings say so, and the service is told it', () => {
    const keyed = synthesize('everything', { graph: { auth: 'api-key', keyExpiresOn: '2027-06-30' } });
    expect(resourceNamed(keyed.gateway, 'LibraryGraphApi').Properties.AuthenticationType).toBe('API_KEY');
    expect(resourceNamed(keyed.gateway, 'LibraryGraphKey').Properties.Expires).toBe(1_814_313_600);
    const { Variables } = resourceNamed(keyed.gateway, 'catalogueServiceFunction').Properties.Environment as {
      readonly Variables: Readonly<Record<string, unknown>>;
    };
    expect(text(Variables.RES_Library, keyed)).toBe('{LibraryGraphApi.GraphQLUrl}#{LibraryGraphKey.ApiKey}');
  });
});

describe('another account', () => {
  const { analytics } = local.accounts;

  it('holds the resources declared to be there, under names that are known here', () => {
    expect(analytics && resourceNamed(analytics, 'SearchStats').Properties.TableName).toBe('gateway-local-SearchStats');
    expect(analytics && resourceNamed(analytics, 'Exports').Properties.BucketName).toBe('gateway-local-exports-111111111111');
    expect(JSON.stringify(local.data)).not.toContain('SearchStats');
  });

  it('trusts exactly the role of the function, with the external id', () => {
    const role = analytics && resourceNamed(analytics, 'searchAccess');
    expect(role?.Properties.RoleName).toBe('gateway-local-search-access');
    expect(role?.Properties.AssumeRolePolicyDocument).toEqual({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::000000000000:role/gateway-local-search' },
          Condition: { StringEquals: { 'sts:ExternalId': 'gateway-local' } },
        },
      ],
      Version: '2012-10-17',
    });
    expect(resourceNamed(local.gateway, 'searchServiceRole').Properties.RoleName).toBe('gateway-local-search');
  });
});

describe('what the local stage plays without a template', () => {
  it('is named in metadata, and in no stage for AWS', () => {
    expect(local.data.Metadata?.['local-stage:imports']).toEqual([
      { Type: 'AWS::Kendra::Index', PhysicalId: '11111111-2222-4333-8444-555555555555', Properties: { Name: 'answers' } },
      { Type: 'Local::OpenIdIssuer', PhysicalId: 'http://issuer.localhost', Properties: expect.objectContaining({ Audience: 'gateway' }) },
    ]);
    expect(everything.data.Metadata?.['local-stage:imports']).toMatchObject([
      { Type: 'AWS::Bedrock::KnowledgeBase', PhysicalId: 'LOCALKB001', Properties: { DataSourceId: 'LOCALDS001' } },
      { Type: 'Local::OpenIdIssuer' },
    ]);
    expect(JSON.stringify(production.data.Metadata ?? {})).not.toContain('local-stage');
  });
});

describe('the firewall', () => {
  it('stands before the REST API of production: AWS rules, and a limit per address', () => {
    const { Rules } = resourceNamed(production.gateway, 'WebFirewallAcl').Properties as {
      readonly Rules: readonly { readonly Name: string }[];
    };
    expect(Rules.map(({ Name }) => Name)).toEqual([
      'RequestsPerAddress',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
    ]);
    expect(text(resourceNamed(production.gateway, 'WebFirewallAssociation').Properties.ResourceArn, production)).toMatch(
      /:\/restapis\/\{RestGatewayApi\}\/stages\/\{RestGatewayApiDeploymentStageprod\}$/,
    );
  });
});

describe('whom a stage tells', () => {
  it('is the address of its alarms', () => {
    const subscriptions = Object.values(resourcesOf(production.gateway, 'AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint])).toEqual([
      ['email', 'alarms@app.example.com'],
    ]);
    for (const { Properties } of Object.values(resourcesOf(production.gateway, 'AWS::CloudWatch::Alarm'))) {
      expect(Properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
    }
  });

  it('of dead letters is told at the first', () => {
    const { Properties } = resourceNamed(production.gateway, 'AlarmslabellerDeadLetters');
    expect(Properties).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 0 });
  });

  it('sees the stage on a dashboard', () => {
    const { DashboardName, DashboardBody } = resourceNamed(production.gateway, 'DashboardPage').Properties;
    expect(DashboardName).toBe('gateway-production');
    for (const title of ['REST: requests', 'WebSocket: connections opened', 'Functions: errors', 'Queues: dead letters']) {
      expect(JSON.stringify(DashboardBody)).toContain(title);
    }
  });
});
