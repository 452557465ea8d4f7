/** Models and GraphQL APIs in a whole stage: read from a template, called by a function with nothing but its variables and its role's rights. */
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startStage } from './stage.js';
import { type AllowedActions, bundle, functionResources, roleResources } from './stage.test.fixture.js';
import type { Stage } from './stage-options.js';
import type { Template, TemplateResource } from './template/assembly.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

const callerCode = `
  import { SageMakerRuntimeClient, InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
  import { SignatureV4 } from '@smithy/signature-v4';
  import { createHash, createHmac } from 'node:crypto';

  class Sha256 {
    constructor(secret) { this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret); }
    update(data) { this.hash.update(data); }
    async digest() { return this.hash.digest(); }
  }
  const env = process.env;
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY, sessionToken: env.AWS_SESSION_TOKEN };

  export const handler = async () => {
    const Body = Buffer.from('a text');
    const model = await new SageMakerRuntimeClient().send(new InvokeEndpointCommand({ EndpointName: env.ENDPOINT, Body })).then(
      (answer) => Buffer.from(answer.Body).toString(),
      (error) => error.name + ': ' + error.message,
    );
    const [url, key] = env.GRAPH.split('#');
    const body = JSON.stringify({ query: '{ hello }' });
    const { host, hostname, port, pathname } = new URL(url);
    const signer = new SignatureV4({ credentials, region: env.AWS_REGION, service: 'appsync', sha256: Sha256 });
    const request = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path: pathname, headers: { host }, body };
    const signed = await fetch(url, await signer.sign(request));
    const keyed = await fetch(url, { method: 'POST', headers: { 'x-api-key': key }, body });
    return { model, signed: await signed.json(), keyed: await keyed.json() };
  };
`;

const resolverCode = `export const handler = async ({ info, identity }) => info.fieldName + ' ' + (identity?.username ?? 'by key');`;

const modelCode = `
  import { createServer } from 'node:http';
  createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    response.end(request.url === '/ping' ? '' : process.env.PREFIX + body);
  }).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));
`;

const get = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });
const join = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
const resource = (Type: string, Properties: Record<string, unknown>, Metadata?: Record<string, unknown>): TemplateResource => ({
  Type,
  Properties,
  ...(Metadata === undefined ? {} : { Metadata }),
});

const modelRight: AllowedActions = { Action: 'sagemaker:InvokeEndpoint', Resource: { Ref: 'Endpoint' } };
const graphRight: AllowedActions = { Action: 'appsync:GraphQL', Resource: join(get('Graph', 'Arn'), '/types/Query/fields/hello') };

function template(rights: readonly AllowedActions[]): Template {
  const variables = {
    ENDPOINT: get('Endpoint', 'EndpointName'),
    GRAPH: join(get('Graph', 'GraphQLUrl'), '#', get('Key', 'ApiKey')),
  };
  const ApiId = get('Graph', 'ApiId');
  return {
    Resources: {
      ...functionResources('Caller', { Environment: { Variables: variables } }, rights),
      ...functionResources('Library'),
      Model: resource(
        'AWS::SageMaker::Model',
        {
          PrimaryContainer: { Image: 'images/model:1', Environment: { PREFIX: 'seen ' } },
          ExecutionRoleArn: 'arn:aws:iam::000000000000:role/model',
        },
        { 'local-stage:container': { script: 'model.mjs' } },
      ),
      Config: resource('AWS::SageMaker::EndpointConfig', {
        ProductionVariants: [
          { VariantName: 'All', ModelName: get('Model', 'ModelName'), ServerlessConfig: { MaxConcurrency: 1, MemorySizeInMB: 1024 } },
        ],
      }),
      Endpoint: resource('AWS::SageMaker::Endpoint', { EndpointConfigName: get('Config', 'EndpointConfigName') }),
      Graph: resource('AWS::AppSync::GraphQLApi', {
        Name: 'library',
        AuthenticationType: 'AWS_IAM',
        AdditionalAuthenticationProviders: [{ AuthenticationType: 'API_KEY' }],
      }),
      Schema: resource(
        'AWS::AppSync::GraphQLSchema',
        { ApiId, DefinitionS3Location: 's3://assets/0123.graphql' },
        { 'aws:asset:path': 'schema.graphql' },
      ),
      Key: resource('AWS::AppSync::ApiKey', { ApiId }),
      ...roleResources('SourceRole', [{ Action: 'lambda:InvokeFunction', Resource: get('Library', 'Arn') }]),
      Source: resource('AWS::AppSync::DataSource', {
        ApiId,
        Name: 'Library',
        Type: 'AWS_LAMBDA',
        LambdaConfig: { LambdaFunctionArn: get('Library', 'Arn') },
        ServiceRoleArn: get('SourceRole', 'Arn'),
      }),
      Resolver: resource('AWS::AppSync::Resolver', {
        ApiId,
        TypeName: 'Query',
        FieldName: 'hello',
        DataSourceName: get('Source', 'Name'),
        Kind: 'UNIT',
      }),
    },
    Metadata: {
      'local-stage:imports': [
        {
          Type: 'AWS::SageMaker::Endpoint',
          PhysicalId: 'elsewhere',
          Metadata: { 'local-stage:container': { script: 'model.mjs' } },
        },
      ],
    },
    Outputs: { GraphUrl: { Value: get('Graph', 'GraphQLUrl') } },
  };
}

let assembly: AssemblyFixture | undefined;
let stage: Stage | undefined;
let caller: string;

beforeAll(async () => {
  caller = await bundle(callerCode);
});

afterEach(async () => {
  await stage?.close();
  await assembly?.remove();
  stage = undefined;
});

async function start(rights: readonly AllowedActions[]): Promise<Stage> {
  const files = {
    'asset.Caller/index.mjs': caller,
    'asset.Library/index.mjs': resolverCode,
    'model.mjs': modelCode,
    'schema.graphql': 'type Query { hello: String @aws_iam @aws_api_key }',
  };
  assembly = await writeAssembly({ stacks: { S: template(rights) }, files });
  stage = await startStage({ assembly: assembly.directory });
  return stage;
}

async function call(running: Stage): Promise<Record<string, unknown>> {
  const name = running.functions.find((each) => each.includes('Caller'))!;
  return JSON.parse((await running.invoke(name, {})).payload) as Record<string, unknown>;
}

describe('a function', () => {
  it('calls the model and the GraphQL API of its stack with what is in its variables', async () => {
    const running = await start([modelRight, graphRight]);
    expect(running.outputs.GraphUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/appsync\/[a-z0-9]{26}\/graphql$/);
    expect(await call(running)).toEqual({
      model: 'seen a text',
      signed: { data: { hello: expect.stringMatching(/^hello S-Caller/) } },
      keyed: { data: { hello: 'hello by key' } },
    });
  });

  it('is denied both without the rights, and a key still works', async () => {
    const answer = await call(await start([]));
    expect(answer).toMatchObject({
      model: expect.stringMatching(/^AccessDeniedException: User: .* is not authorized to perform: sagemaker:InvokeEndpoint on resource: /),
      signed: { data: { hello: null }, errors: [{ errorType: 'Unauthorized' }] },
      keyed: { data: { hello: 'hello by key' } },
    });
    const [error] = (answer.signed as { errors: { message: string }[] }).errors;
    expect(error?.message).toMatch(
      /^Not Authorized to access hello on type Query\. User: .* is not authorized to perform: appsync:GraphQL on resource: /,
    );
  });
});

it('an endpoint outside of the assembly is played by the program that its import names', async () => {
  const running = await start([]);
  const { awsUrl, operator, environment } = running;
  const client = new SageMakerRuntimeClient({ endpoint: awsUrl, region: environment.region, credentials: operator });
  const { Body } = await client.send(new InvokeEndpointCommand({ EndpointName: 'elsewhere', Body: Buffer.from('a text') }));
  client.destroy();
  expect(Buffer.from(Body!).toString()).toBe('undefineda text');
});
