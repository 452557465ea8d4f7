/** Two stages: one plays the AWS-compatible endpoint, with other account and region, the other uses it through a wire that a test can cut. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { roleResources, streamRights, tableResource } from '../stage.test.fixture.js';
import type { Template, TemplateResource } from '../template/assembly.js';

export const ours = { accountId: '111122223333', region: 'us-east-1' };
export const theirs = { accountId: '999988887777', region: 'eu-west-1' };

/** A TCP connection between two stages. */
export interface Wire {
  readonly url: string;
  /** Cuts what is open and takes nothing new. */
  cut(): Promise<void>;
  /** Listens on the same port again. */
  mend(): Promise<void>;
}

export async function layWire(targetUrl: string): Promise<Wire> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (port: number): Promise<number> => {
    server = createServer((incoming) => {
      const outgoing = connect(Number(target.port), target.hostname);
      for (const socket of [incoming, outgoing]) {
        sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
      }
      incoming.pipe(outgoing).pipe(incoming);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: async () => void (await listen(port)),
  };
}

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const queues: Record<string, TemplateResource> = {
  Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
  Jobs: {
    Type: 'AWS::SQS::Queue',
    Properties: { VisibilityTimeout: 30, RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 1 } },
  },
  Events: { Type: 'AWS::SNS::Topic', Properties: {} },
  JobsPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Jobs' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arn('Jobs'),
            Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Events' } } },
          },
        ],
      },
    },
  },
};

/** What is at the endpoint already. Everything else is made there. */
export const endpointTemplate: Template = { Resources: queues };

const fn = (name: string, environment: Record<string, unknown> = {}): TemplateResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Timeout: 20,
    Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
    Role: arn(`${name}Role`),
    Environment: { Variables: environment },
  },
  Metadata: { 'aws:asset:path': `asset.${name}` },
});

const everything = (id: string): unknown[] => [arn(id), { 'Fn::Join': ['', [arn(id), '/*']] }];
const named = {
  TABLE: { Ref: 'Table' },
  RESULTS: { Ref: 'Results' },
  JOBS: { Ref: 'Jobs' },
  TOPIC: { Ref: 'Events' },
  BUCKET: { Ref: 'Files' },
};

/** The deployment: tables, a bucket, queues and a topic, a function that uses them, a worker on the queue and one on a table's stream. */
export const deployment: Template = {
  Resources: {
    ...queues,
    Audit: { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: true, ContentBasedDeduplication: true } },
    Spare: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, VisibilityTimeout: 45 } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Events' }, Protocol: 'sqs', Endpoint: arn('Jobs'), RawMessageDelivery: true },
    },
    Table: {
      ...tableResource,
      Properties: { ...tableResource.Properties, TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } },
    },
    Results: tableResource,
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'forwarded-files',
        CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['http://page.example'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'] }] },
      },
    },
    Api: fn('Api', named),
    ...roleResources('ApiRole', [
      { Action: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DescribeTable'], Resource: everything('Table') },
      { Action: ['s3:PutObject', 's3:GetObject'], Resource: everything('Files') },
      { Action: 's3:DeleteObject', Resource: { 'Fn::Join': ['', [arn('Files'), '/gone-*']] } },
      { Action: ['sqs:SendMessage', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], Resource: [arn('Jobs'), arn('Spare')] },
      { Action: 'sns:Publish', Resource: [{ Ref: 'Events' }, { Ref: 'Audit' }] },
    ]),
    Consumer: fn('Consumer', named),
    ...roleResources('ConsumerRole', [
      { Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], Resource: arn('Jobs') },
      { Action: 'dynamodb:PutItem', Resource: everything('Results') },
    ]),
    ConsumerSource: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arn('Jobs'), FunctionName: { Ref: 'Consumer' } },
    },
    Follower: fn('Follower', named),
    ...roleResources('FollowerRole', [streamRights('Table'), { Action: 'dynamodb:PutItem', Resource: everything('Results') }]),
    FollowerSource: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
        FunctionName: { Ref: 'Follower' },
        StartingPosition: 'TRIM_HORIZON',
      },
    },
  },
  Outputs: { Jobs: { Value: { Ref: 'Jobs' } }, Events: { Value: { Ref: 'Events' } }, Audit: { Value: { Ref: 'Audit' } } },
};

/** Does what the test asks for; errors come back by name. */
export const apiCode = `
  import { DynamoDBClient, PutItemCommand, GetItemCommand, DeleteItemCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
  import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
  import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
  import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
  import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
  import { Readable } from 'node:stream';
  const settings = { maxAttempts: 1 };
  const dynamo = new DynamoDBClient(settings), s3 = new S3Client(settings), sqs = new SQSClient(settings), sns = new SNSClient(settings);
  const { TABLE, JOBS, TOPIC, BUCKET } = process.env;
  const actions = {
    save: ({ id }) => dynamo.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: id } } })),
    load: ({ id }) => dynamo.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: id } } })),
    remove: ({ id }) => dynamo.send(new DeleteItemCommand({ TableName: TABLE, Key: { id: { S: id } } })),
    describe: () => dynamo.send(new DescribeTableCommand({ TableName: TABLE })),
    uploadUrl: async ({ key }) => ({ url: await getSignedUrl(s3, new PutObjectCommand({ Bucket: BUCKET, Key: key, Metadata: { kind: 'upload' } })) }),
    downloadUrl: async ({ key }) => ({ url: await getSignedUrl(s3, new GetObjectCommand({ Bucket: BUCKET, Key: key })) }),
    store: async ({ key, bytes }) => {
      const Body = Readable.from((function* () { for (let at = 0; at < bytes; at += 65536) yield Buffer.alloc(Math.min(65536, bytes - at), 'x'); })());
      return s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body, ContentLength: bytes }));
    },
    removeAll: ({ keys }) => s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: keys.map((Key) => ({ Key })) } })),
    keys: () => ({ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN }),
    head: ({ key }) => s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key })),
    read: async ({ key }) => ({ text: await (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body.transformToString() }),
    send: ({ text }) => sqs.send(new SendMessageCommand({ QueueUrl: JOBS, MessageBody: text, MessageAttributes: { kind: { DataType: 'String', StringValue: 'job' } } })),
    queueUrl: () => sqs.send(new GetQueueUrlCommand({ QueueName: JOBS.split('/').at(-1) })),
    queue: () => sqs.send(new GetQueueAttributesCommand({ QueueUrl: JOBS, AttributeNames: ['All'] })),
    publish: ({ text }) => sns.send(new PublishCommand({ TopicArn: TOPIC, Message: text })),
  };
  export const handler = async ({ action, ...input }) => {
    try {
      return { ok: true, ...(await actions[action](input)) };
    } catch (error) {
      return { ok: false, name: error.name, message: error.message };
    }
  };
`;

/** Notes every message and every record in the table of results; a message of poison fails. */
export const workerCode = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const dynamo = new DynamoDBClient({});
  export const handler = async ({ Records }) => {
    for (const record of Records) {
      if (record.body === 'poison') throw new Error('poison');
      const id = record.body ? 'job ' + record.body : record.eventName + ' ' + record.dynamodb.Keys.id.S;
      const source = { S: record.eventSourceARN };
      await dynamo.send(new PutItemCommand({ TableName: process.env.RESULTS, Item: { id: { S: id }, source } }));
    }
  };
`;
