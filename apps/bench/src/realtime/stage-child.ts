/** The local stage, whose topic the deployment's own publisher writes to: everything after the table is the product. */

import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { documents } from '@org/gateway-contract';
import { startStage } from '@org/gateway-local';
import { createPublisher } from '@org/gateway-server';
import { answerAsPublisher } from './publishing.js';

const stage = await startStage({ assembly: fileURLToPath(new URL('../../../../infra/cdk.out', import.meta.url)) });
const aws = { endpoint: stage.awsUrl, region: stage.environment.region, credentials: stage.operator };
const dynamodb = new DynamoDBClient(aws);
const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
dynamodb.destroy();
const topicsTable = TableNames.find((name) => name.includes('Topics'));
if (topicsTable === undefined) throw new Error(`no topics table among ${TableNames.join(', ')}`);
const { publish } = createPublisher({ service: documents, topicsTable, aws });
const { port, pathname } = new URL(stage.socketUrl as string);
process.once('disconnect', () => void stage.close());
const document = {
  id: 'bench',
  folder: 'bench',
  title: 'A document',
  bytes: 1,
  createdAtMs: 1_700_000_000_123,
  updatedAtMs: 1_700_000_000_123,
};
answerAsPublisher({ port: Number(port), path: pathname }, (version) =>
  publish('changes', 'bench', { change: 'edited', document: { ...document, version } }),
);
