/** One resource of each kind, as a team declares it, and the same as a template. */

import { message, messages, mutation, service } from '@org/gateway-core';
import { createServiceHandler, type HandlerContext, implement } from '@org/gateway-server';
import { bucket, bus, defineService, model, searchIndex, table } from '@org/gateway-server/service';
import * as z from 'zod';

const Note = () => z.object({ id: z.string(), title: z.string(), text: z.string(), tags: z.array(z.string()), atMs: z.int() });

const Notes = table('Notes', { item: Note, partitionKey: 'id' });
const Texts = bucket('Texts');
const NotesIndex = searchIndex('NotesIndex', { document: Note, fields: { title: { type: 'text', boost: 3 }, text: { type: 'text' } } });
const Echo = model('Echo', {
  input: () => z.object({ texts: z.array(z.string()) }),
  output: () => z.object({ texts: z.array(z.string()) }),
});
const told = messages('told', { changed: message({ summary: 'A note was changed', data: Note }) });
const NoteEvents = bus('NoteEvents', told, { transport: 'sns-sqs' });

const bench = service('bench', { give: mutation({ auth: 'public', output: () => z.object({}) }) });
const declaration = defineService(bench, {
  uses: {
    notes: Notes.allow('get', 'put'),
    texts: Texts.allow('get', 'put'),
    index: NotesIndex.allow('search', 'write', 'ensure'),
    echo: Echo.allow('invoke'),
    events: NoteEvents.allow('publish'),
  },
});

/** `ctx` of a handler of that service. */
export type BenchContext = HandlerContext<typeof bench, typeof declaration.uses>;

/** Names as AWS has them. */
export const names = {
  table: 'notes',
  bucket: 'bench-texts',
  domain: 'bench',
  index: NotesIndex.resource.indexName,
  endpoint: 'echo',
  topicArn: 'arn:aws:sns:us-east-1:000000000000:note-events',
} as const;

/** Gives what a handler of a function with these resources is given. @param domainUrl of the search domain */
export async function contextOf(domainUrl: string): Promise<BenchContext> {
  let given: BenchContext | undefined;
  const implementation = implement(declaration, {
    give: ({ ctx }) => {
      given = ctx;
      return {};
    },
  });
  const handler = createServiceHandler(implementation, {
    GATEWAY_SERVICE: 'bench',
    GATEWAY_ALLOWED_ORIGIN: '*',
    GATEWAY_CONNECTIONS_TABLE: 'connections',
    AWS_REGION: 'us-east-1',
    RES_Notes: names.table,
    RES_Texts: names.bucket,
    RES_NotesIndex: domainUrl,
    RES_Echo: names.endpoint,
    RES_NoteEvents: names.topicArn,
  });
  const proxy = 'give';
  const headers = { 'content-type': 'application/json' };
  const event = {
    resource: '/rpc/bench/{proxy+}',
    path: `/rpc/bench/${proxy}`,
    httpMethod: 'POST',
    headers,
    multiValueHeaders: { 'content-type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy },
    requestContext: { requestId: 'bench' },
    body: null,
    isBase64Encoded: false,
  };
  const answer = await handler(event as never, {} as never);
  if (given === undefined) throw new Error(`the handler was not called: ${JSON.stringify(answer)}`);
  return given;
}

/** Answers what it is asked. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html */
export const modelScript = `import { createServer } from 'node:http';
createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  response.setHeader('content-type', 'application/json');
  response.end(request.url === '/ping' ? '' : body);
}).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));
`;

const nameOf = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

/** The template of the resources. */
export const template = {
  Resources: {
    Notes: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: names.table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    },
    Texts: { Type: 'AWS::S3::Bucket', Properties: { BucketName: names.bucket } },
    Domain: { Type: 'AWS::OpenSearchService::Domain', Properties: { DomainName: names.domain } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'note-events' } },
    Model: {
      Type: 'AWS::SageMaker::Model',
      Properties: { PrimaryContainer: { Image: 'echo:1' }, ExecutionRoleArn: 'arn:aws:iam::000000000000:role/model' },
      Metadata: { 'local-stage:container': { script: 'model.mjs' } },
    },
    Config: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: {
        ProductionVariants: [
          {
            VariantName: 'All',
            ModelName: nameOf('Model', 'ModelName'),
            ServerlessConfig: { MaxConcurrency: 1, MemorySizeInMB: 1024 },
          },
        ],
      },
    },
    Endpoint: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: { EndpointName: names.endpoint, EndpointConfigName: nameOf('Config', 'EndpointConfigName') },
    },
  },
  Outputs: { Domain: { Value: { 'Fn::Join': ['', ['https://', nameOf('Domain', 'DomainEndpoint')]] } } },
};
