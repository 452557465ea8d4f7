/** What a team would write without capabilities: AWS's clients as their pages show them, with the same timeouts off and nothing validated. */

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import { names } from './capability-resources.js';
import type { StageProcess } from './stage-process.js';

export interface Note {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly atMs: number;
}

/** The calls, each on a client that is kept. */
export function bareCalls({ region, operator }: StageProcess, domainUrl: string) {
  const dynamo = new DynamoDBClient({});
  const s3 = new S3Client({});
  const sns = new SNSClient({});
  const models = new SageMakerRuntimeClient({});
  const signer = AwsSigv4Signer({ region, service: 'es', getCredentials: () => Promise.resolve(operator) });
  const search = new Client({ ...signer, node: domainUrl });
  return {
    async get(id: string): Promise<unknown> {
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: names.table, Key: marshall({ id }) }));
      return Item && unmarshall(Item);
    },
    put: (note: Note) => dynamo.send(new PutItemCommand({ TableName: names.table, Item: marshall(note) })),
    async read(key: string): Promise<Uint8Array | undefined> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.bucket, Key: key }));
      return Body?.transformToByteArray();
    },
    write: (key: string, body: string) =>
      s3.send(new PutObjectCommand({ Bucket: names.bucket, Key: key, Body: body, ContentType: 'text/plain' })),
    async search(query: string): Promise<unknown> {
      const multi_match = { query, fields: ['title^3', 'text'] };
      const { body } = await search.search({ index: names.index, body: { query: { multi_match }, size: 10 } as never });
      return body.hits.hits;
    },
    async invoke(texts: readonly string[]): Promise<unknown> {
      const { Body } = await models.send(
        new InvokeEndpointCommand({ EndpointName: names.endpoint, ContentType: 'application/json', Body: JSON.stringify({ texts }) }),
      );
      return JSON.parse(Buffer.from(Body).toString());
    },
    publish: (note: Note) => sns.send(new PublishCommand({ TopicArn: names.topicArn, Message: JSON.stringify(note) })),
  };
}
