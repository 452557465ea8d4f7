/**
 * What `Ref` and `Fn::GetAtt` come to, per resource type: one table. The values have AWS's own form (real hosts, real ARNs); that an API
 * answers on a local port is said later, in local-origins.ts. Sources: the "Return values" section of each type's page under
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 *
 * A type that is not in the table is unknown to the stage and ignored as a whole.
 */
import type { Environment } from '../parts.js';
import { generatedId, generatedName, generatedUuid } from './names.js';

/** What a rule of the table may ask about the resource it names. */
export interface ResourceFacts {
  readonly environment: Environment;
  readonly stack: string;
  readonly logicalId: string;
  /** A top-level property after evaluation, `undefined` when absent. */
  property(name: string): unknown;
}

/** How one resource type is named. */
export interface ResourceKind {
  /** The value of `Ref`. */
  ref(facts: ResourceFacts): string;
  readonly attributes: Readonly<Record<string, (facts: ResourceFacts, ref: string) => string>>;
  /** The values resolve, but no part of the stage plays this service: a call to it has nowhere to go. */
  readonly unserved?: true;
}

/**
 * The one label that every table stream gets. AWS uses the creation time; a fixed one keeps the ARN, and so the checkpoints of the
 * event source mappings, the same after a restart.
 */
export const streamLabel = '2026-01-01T00:00:00.000';

/** The kind of a type, `undefined` for a type the stage does not know. */
export function kindOf(type: string): ResourceKind | undefined {
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

type Naming = (facts: ResourceFacts) => string;
type Attribute = (facts: ResourceFacts, ref: string) => string;

/** The given name, or a generated one no longer than the type allows. */
const named =
  (property: string, maxLength: number): Naming =>
  (facts) => {
    const given = facts.property(property);
    return typeof given === 'string' && given !== '' ? given : generatedName(facts.stack, facts.logicalId, maxLength);
  };
const id =
  (length: number): Naming =>
  ({ stack, logicalId }) =>
    generatedId(stack, logicalId, length);
const uuid: Naming = ({ stack, logicalId }) => generatedUuid(stack, logicalId);
/** `arn:aws:SERVICE:REGION:ACCOUNT:PREFIXref` */
const arn =
  (service: string, prefix = '', suffix = ''): Attribute =>
  ({ environment: { partition, region, accountId } }, ref) =>
    `arn:${partition}:${service}:${region}:${accountId}:${prefix}${ref}${suffix}`;
/** IAM's ARNs carry no region. */
const iamArn =
  (prefix: string): Attribute =>
  ({ environment: { partition, accountId } }, ref) =>
    `arn:${partition}:iam::${accountId}:${prefix}${ref}`;
const same: Attribute = (_facts, ref) => ref;
/** A type whose `Ref` is an ARN made of its name. */
const arnOf =
  (naming: Naming, attribute: Attribute): Naming =>
  (facts) =>
    attribute(facts, naming(facts));
const plain = (ref: Naming, attributes: ResourceKind['attributes'] = {}): ResourceKind => ({ ref, attributes });
const unserved = (ref: Naming, attributes: ResourceKind['attributes'] = {}): ResourceKind => ({ ref, attributes, unserved: true });

const anonymous = plain(named('Name', 128));
const table = plain(named('TableName', 255), {
  Arn: arn('dynamodb', 'table/'),
  StreamArn: arn('dynamodb', 'table/', `/stream/${streamLabel}`),
  TableId: ({ stack, logicalId }) => generatedUuid(stack, logicalId),
});
const bucketName: Naming = (facts) => {
  const given = facts.property('BucketName');
  return typeof given === 'string' ? given : bucketSafe(named('BucketName', 63)(facts));
};
/** A letter, then letters, digits and hyphens, in lower case: `DomainName` of CreateDomain. */
const domainName: Naming = (facts) => named('DomainName', 28)(facts).toLowerCase();
/** A generated name of a FIFO queue or topic ends as SQS and SNS want it. */
const fifoNamed =
  (property: string, switchedBy: string, maxLength: number): Naming =>
  (facts) => {
    if (String(facts.property(switchedBy)) !== 'true') return named(property, maxLength)(facts);
    const name = named(property, maxLength - '.fifo'.length)(facts);
    return name.endsWith('.fifo') ? name : `${name}.fifo`;
  };
const queueName = fifoNamed('QueueName', 'FifoQueue', 80);
const topicName = fifoNamed('TopicName', 'FifoTopic', 256);
const functionArn = arn('lambda', 'function:');

const kinds: Readonly<Record<string, ResourceKind>> = {
  'AWS::ApiGateway::RestApi': plain(id(10), {
    RestApiId: same,
    RootResourceId: ({ stack, logicalId }) => generatedId(stack, `${logicalId}/`, 10),
  }),
  'AWS::ApiGateway::Resource': plain(id(6), { ResourceId: same }),
  'AWS::ApiGateway::Method': plain(id(6)),
  'AWS::ApiGateway::Deployment': plain(id(6), { DeploymentId: same }),
  'AWS::ApiGateway::Stage': plain(named('StageName', 128)),
  'AWS::ApiGateway::Authorizer': plain(id(6), { AuthorizerId: same }),
  'AWS::ApiGateway::RequestValidator': plain(id(6), { RequestValidatorId: same }),
  'AWS::ApiGateway::Model': plain(named('Name', 255)),
  'AWS::ApiGateway::GatewayResponse': plain(id(10), { Id: same }),
  'AWS::ApiGateway::Account': plain(named('Name', 128), { Id: same }),
  'AWS::ApiGateway::ApiKey': plain(id(10), { APIKeyId: same }),
  'AWS::ApiGateway::UsagePlan': plain(id(6), { Id: same }),
  'AWS::ApiGateway::UsagePlanKey': plain(id(10), { Id: same }),
  'AWS::ApiGatewayV2::Api': plain(id(10), {
    ApiId: same,
    ApiEndpoint: (facts, ref) =>
      `${facts.property('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https'}://${ref}.execute-api.${facts.environment.region}.amazonaws.com`,
  }),
  'AWS::ApiGatewayV2::Stage': plain(named('StageName', 128)),
  'AWS::ApiGatewayV2::Integration': plain(id(7), { IntegrationId: same }),
  'AWS::ApiGatewayV2::IntegrationResponse': plain(id(7), { IntegrationResponseId: same }),
  'AWS::ApiGatewayV2::Route': plain(id(7), { RouteId: same }),
  'AWS::ApiGatewayV2::RouteResponse': plain(id(7), { RouteResponseId: same }),
  'AWS::ApiGatewayV2::Authorizer': plain(id(6), { AuthorizerId: same }),
  'AWS::ApiGatewayV2::Deployment': plain(id(6), { DeploymentId: same }),
  'AWS::ApiGatewayV2::Model': plain(id(6), { ModelId: same }),
  'AWS::AppSync::ApiKey': plain((facts) => arn('appsync')(facts, `${apiPart(facts)}/apikeys/${apiKey(facts)}`), {
    ApiKey: apiKey,
    ApiKeyId: apiKey,
    Arn: same,
  }),
  'AWS::AppSync::DataSource': plain(appsyncPart('datasources', 'Name'), { DataSourceArn: same, Name: named('Name', 128) }),
  'AWS::AppSync::FunctionConfiguration': plain(appsyncPart('functions', 'Name'), {
    FunctionArn: same,
    FunctionId: id(26),
    DataSourceName: named('DataSourceName', 128),
    Name: named('Name', 128),
  }),
  'AWS::AppSync::GraphQLApi': plain(arnOf(id(26), arn('appsync', 'apis/')), {
    ApiId: id(26),
    Arn: same,
    GraphQLDns: (facts) => graphqlHost(facts, 'api'),
    GraphQLEndpointArn: arnOf(id(26), arn('appsync', 'endpoints/graphql-api/')),
    GraphQLUrl: (facts) => `https://${graphqlHost(facts, 'api')}/graphql`,
    RealtimeDns: (facts) => graphqlHost(facts, 'realtime-api'),
    RealtimeUrl: (facts) => `wss://${graphqlHost(facts, 'realtime-api')}/graphql`,
  }),
  'AWS::AppSync::GraphQLSchema': plain((facts) => `${String(facts.property('ApiId'))}GraphQLSchema`, { Id: same }),
  'AWS::AppSync::Resolver': plain(
    (facts) =>
      arn('appsync')(
        facts,
        `${apiPart(facts)}/types/${String(facts.property('TypeName'))}/resolvers/${String(facts.property('FieldName'))}`,
      ),
    { ResolverArn: same, TypeName: named('TypeName', 128), FieldName: named('FieldName', 128) },
  ),
  'AWS::CloudWatch::Alarm': plain(named('AlarmName', 255), { Arn: arn('cloudwatch', 'alarm:') }),
  'AWS::CloudWatch::CompositeAlarm': plain(named('AlarmName', 255), { Arn: arn('cloudwatch', 'alarm:') }),
  'AWS::CloudWatch::Dashboard': plain(named('DashboardName', 255)),
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': unserved(named('Name', 256), { Arn: arn('events', 'event-bus/'), Name: same }),
  'AWS::Events::Rule': unserved(named('Name', 64), { Arn: arn('events', 'rule/') }),
  'AWS::IAM::ManagedPolicy': plain(arnOf(named('ManagedPolicyName', 128), iamArn('policy/')), { PolicyArn: same }),
  'AWS::IAM::Policy': plain(named('PolicyName', 128), { Id: same }),
  'AWS::IAM::RolePolicy': plain(named('PolicyName', 128)),
  'AWS::IAM::Role': plain(named('RoleName', 64), {
    Arn: (facts, ref) => iamArn(`role${rolePath(facts)}`)(facts, ref),
    RoleId: ({ stack, logicalId }) => `AROA${generatedId(stack, logicalId, 17).toUpperCase()}`,
  }),
  'AWS::Kendra::Index': plain(uuid, { Arn: arn('kendra', 'index/'), Id: same }),
  'AWS::KMS::Alias': unserved(named('AliasName', 256)),
  'AWS::KMS::Key': unserved(uuid, { Arn: arn('kms', 'key/'), KeyId: same }),
  'AWS::Lambda::Alias': plain((facts) => `${asFunctionArn(facts, facts.property('FunctionName'))}:${String(facts.property('Name'))}`, {
    AliasArn: same,
  }),
  'AWS::Lambda::EventInvokeConfig': plain(uuid),
  'AWS::Lambda::EventSourceMapping': plain(uuid, { Id: same, EventSourceMappingArn: arn('lambda', 'event-source-mapping:') }),
  'AWS::Lambda::Function': plain(named('FunctionName', 64), { Arn: functionArn }),
  'AWS::Lambda::Permission': plain(named('Id', 100), { Id: same }),
  'AWS::Lambda::Version': plain((facts) => `${asFunctionArn(facts, facts.property('FunctionName'))}:1`, {
    FunctionArn: same,
    Version: () => '1',
  }),
  'AWS::Logs::LogGroup': plain(named('LogGroupName', 512), { Arn: arn('logs', 'log-group:', ':*') }),
  'AWS::Logs::LogStream': plain(named('LogStreamName', 512)),
  'AWS::Logs::MetricFilter': plain(named('FilterName', 512)),
  'AWS::Logs::ResourcePolicy': plain(named('PolicyName', 255)),
  'AWS::OpenSearchService::Domain': plain(domainName, {
    Arn: arn('es', 'domain/'),
    DomainArn: arn('es', 'domain/'),
    DomainEndpoint: ({ environment: { region }, stack, logicalId }, ref) =>
      `search-${ref}-${generatedId(stack, logicalId, 26)}.${region}.es.amazonaws.com`,
    Id: ({ environment }, ref) => `${environment.accountId}/${ref}`,
  }),
  'AWS::S3::Bucket': plain(bucketName, {
    Arn: ({ environment }, ref) => `arn:${environment.partition}:s3:::${ref}`,
    DomainName: (_facts, ref) => `${ref}.s3.amazonaws.com`,
    DualStackDomainName: ({ environment }, ref) => `${ref}.s3.dualstack.${environment.region}.amazonaws.com`,
    RegionalDomainName: ({ environment }, ref) => `${ref}.s3.${environment.region}.amazonaws.com`,
    WebsiteURL: ({ environment }, ref) => `http://${ref}.s3-website-${environment.region}.amazonaws.com`,
  }),
  'AWS::S3::BucketPolicy': anonymous,
  'AWS::SageMaker::Endpoint': sagemaker('endpoint', 'EndpointName'),
  'AWS::SageMaker::EndpointConfig': sagemaker('endpoint-config', 'EndpointConfigName'),
  'AWS::SageMaker::Model': sagemaker('model', 'ModelName'),
  'AWS::SecretsManager::Secret': unserved(arnOf(named('Name', 256), arn('secretsmanager', 'secret:')), { Id: same }),
  'AWS::SNS::Subscription': plain((facts) => `${String(facts.property('TopicArn'))}:${uuid(facts)}`, { Arn: same }),
  'AWS::SNS::Topic': plain(arnOf(topicName, arn('sns')), { TopicArn: same, TopicName: topicName }),
  'AWS::SNS::TopicInlinePolicy': anonymous,
  'AWS::SNS::TopicPolicy': anonymous,
  'AWS::SQS::Queue': plain(
    (facts) => `https://sqs.${facts.environment.region}.amazonaws.com/${facts.environment.accountId}/${queueName(facts)}`,
    { Arn: (facts) => arn('sqs')(facts, queueName(facts)), QueueName: queueName, QueueUrl: same },
  ),
  'AWS::SQS::QueueInlinePolicy': anonymous,
  'AWS::SQS::QueuePolicy': anonymous,
  'AWS::SSM::Parameter': unserved(named('Name', 1011), {
    Type: (facts) => String(facts.property('Type')),
    Value: (facts) => String(facts.property('Value')),
  }),
};

/** Parts of an AppSync API have its ARN in front of their own. */
function apiPart(facts: ResourceFacts): string {
  return `apis/${String(facts.property('ApiId'))}`;
}

function appsyncPart(kind: string, property: string): Naming {
  return (facts) => arn('appsync')(facts, `${apiPart(facts)}/${kind}/${named(property, 128)(facts)}`);
}

/** As AppSync makes them: `da2-` and 26 characters. */
function apiKey({ stack, logicalId }: ResourceFacts): string {
  return `da2-${generatedId(stack, logicalId, 26)}`;
}

/** The host has the API's id here; AWS gives it one of its own. */
function graphqlHost(facts: ResourceFacts, kind: 'api' | 'realtime-api'): string {
  return `${generatedId(facts.stack, facts.logicalId, 26)}.appsync-${kind}.${facts.environment.region}.amazonaws.com`;
}

/** S3 allows lower-case letters, digits, dots and hyphens: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketSafe(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
}

function rolePath(facts: ResourceFacts): string {
  const path = facts.property('Path');
  return typeof path === 'string' ? path : '/';
}

/**
 * SageMaker's resources: `Ref` is the ARN, which has the name in lower case even when the name itself has not. A generated name is in lower
 * case here, so that one can be told from the other.
 */
function sagemaker(kind: string, property: string): ResourceKind {
  const name: Naming = (facts) => {
    const given = facts.property(property);
    return typeof given === 'string' ? given : named(property, 63)(facts).toLowerCase();
  };
  return plain((facts) => arn('sagemaker', `${kind}/`)(facts, name(facts).toLowerCase()), { [property]: name });
}

function asFunctionArn(facts: ResourceFacts, nameOrArn: unknown): string {
  const name = String(nameOrArn);
  return name.startsWith('arn:') ? name : functionArn(facts, name);
}
