/** A small deployment for tests of the whole stage: a table with a stream, a bucket, a REST API, a WebSocket API and their functions. */
import { build } from 'esbuild';
import type { Template, TemplateResource } from './template/assembly.js';

/** Bundles handler code with the AWS SDK in it, as CDK would. */
export async function bundle(source: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: new URL('.', import.meta.url).pathname, loader: 'js' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return result.outputFiles[0]!.text;
}

type Resources = Record<string, TemplateResource>;

/** One statement of a function's role; resources are texts or intrinsics. */
export interface AllowedActions {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const trustLambda = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** A role with a policy as CDK writes it. */
export function roleResources(name: string, statements: readonly AllowedActions[], trust: unknown = trustLambda): Resources {
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  const policy: TemplateResource = {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: `${name}Policy`, PolicyDocument: { Version: '2012-10-17', Statement }, Roles: [{ Ref: name }] },
  };
  return {
    [name]: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
    ...(statements.length === 0 ? {} : { [`${name}Policy`]: policy }),
  };
}

/** A function whose code lies in `asset.NAME` of the assembly. @param statements what its role allows */
export function functionResources(
  name: string,
  properties: Readonly<Record<string, unknown>> = {},
  statements: readonly AllowedActions[] = [],
): Resources {
  return {
    ...roleResources(`${name}Role`, statements),
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Timeout: 20,
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        ...properties,
      },
      Metadata: { 'aws:asset:path': `asset.${name}` },
    },
    [`${name}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Action: 'lambda:InvokeFunction', FunctionName: { 'Fn::GetAtt': [name, 'Arn'] }, Principal: 'apigateway.amazonaws.com' },
    },
  };
}

const invocationUri = (name: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:', { Ref: 'AWS::Region' }, ':lambda:path/2015-03-31/functions/', { 'Fn::GetAtt': [name, 'Arn'] }, '/invocations'],
  ],
});

/** A REST API with `ANY /{proxy+}` on a function, as `LambdaRestApi` writes it. */
export function restResources(functionName: string): Resources {
  return {
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest', EndpointConfiguration: { Types: ['REGIONAL'] } } },
    RestProxy: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { ParentId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }, PathPart: '{proxy+}', RestApiId: { Ref: 'Rest' } },
    },
    RestAny: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        AuthorizationType: 'NONE',
        HttpMethod: 'ANY',
        ResourceId: { Ref: 'RestProxy' },
        RestApiId: { Ref: 'Rest' },
        Integration: { IntegrationHttpMethod: 'POST', Type: 'AWS_PROXY', Uri: invocationUri(functionName) },
      },
    },
    RestDeployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Rest' } } },
    RestStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Rest' }, DeploymentId: { Ref: 'RestDeployment' }, StageName: 'prod' },
    },
  };
}

export const restUrl = {
  'Fn::Join': [
    '',
    ['https://', { Ref: 'Rest' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/', { Ref: 'RestStage' }, '/'],
  ],
};

/** A WebSocket API whose `$default` route goes to a function. */
export function socketResources(functionName: string): Resources {
  return {
    Socket: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'socket', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
    },
    SocketIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Socket' }, IntegrationType: 'AWS_PROXY', IntegrationUri: invocationUri(functionName) },
    },
    SocketRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Socket' },
        RouteKey: '$default',
        AuthorizationType: 'NONE',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'SocketIntegration' }]] },
      },
    },
    SocketStage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Socket' }, StageName: 'prod', AutoDeploy: true } },
  };
}

export const socketUrl = {
  'Fn::Join': ['', ['wss://', { Ref: 'Socket' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/prod']],
};

export const managementUrl = {
  'Fn::Join': ['', ['https://', { Ref: 'Socket' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/prod']],
};

export const tableResource: TemplateResource = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Replicas: [{ Region: { Ref: 'AWS::Region' } }],
  },
};

/** What a mapping on the stream of `tableId` needs. */
export function streamRights(tableId: string): AllowedActions {
  return {
    Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    Resource: { 'Fn::GetAtt': [tableId, 'StreamArn'] },
  };
}

/** Posting to the connections of `Socket`. */
export const postRights: AllowedActions = {
  Action: 'execute-api:ManageConnections',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: names of the template
  Resource: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Socket}/prod/POST/@connections/*' },
};

/** A template with one REST API and one function `Fn`. */
export function restTemplate(): Template {
  return { Resources: { ...functionResources('Fn'), ...restResources('Fn') }, Outputs: { Url: { Value: restUrl } } };
}

/** A template with one WebSocket API and one function `Fn`. */
export function socketTemplate(): Template {
  return { Resources: { ...functionResources('Fn'), ...socketResources('Fn') }, Outputs: { Url: { Value: socketUrl } } };
}
