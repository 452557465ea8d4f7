/** An endpoint in a process of its own, for the kill test: says its URL to its parent and serves until it is killed. */
import { startAwsEndpoint } from '../endpoint.js';

const [dataDir, accessKeyId, secretAccessKey] = process.argv.slice(2) as [string, string, string];

const endpoint = await startAwsEndpoint({
  environment: { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' },
  credentials: {
    find: () => ({ credentials: { accessKeyId, secretAccessKey }, principal: { arn: 'arn:aws:iam::123456789012:user/operator' } }),
  },
  clock: { now: Date.now, after: () => () => undefined },
  report: () => undefined,
  port: 0,
  dataDir,
});
const table = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'by-owner', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ],
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
};
await endpoint.createTable(table, { tableName: 'writes' });
await endpoint.createBucket({}, { bucketName: 'writes' });
process.send!({ url: endpoint.url, table });
