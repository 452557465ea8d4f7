/** Queues in a process of their own, for the kill test: says its URL to its parent and serves until it is killed. */
import { allowAll } from '../../iam/authorize.js';
import type { ResolvedStack } from '../../parts.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import { startAwsEndpoint } from '../endpoint.js';
import { startSqs } from './service.js';

const [dataDir, accessKeyId, secretAccessKey] = process.argv.slice(2) as [string, string, string];

const environment = { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' } as const;
const clock = { now: Date.now, after: () => () => undefined };
const report = (): void => undefined;
const extra = new Map<string, WireHandler>();
const endpoint = await startAwsEndpoint({
  environment,
  credentials: {
    find: () => ({ credentials: { accessKeyId, secretAccessKey }, principal: { arn: 'arn:aws:iam::123456789012:user/operator' } }),
  },
  clock,
  report,
  port: 0,
  extra,
});
const queue = (QueueName: string, properties: object = {}) => ({
  logicalId: QueueName,
  type: 'AWS::SQS::Queue',
  physicalId: `${endpoint.url}/123456789012/${QueueName}`,
  properties: { QueueName, ...properties },
  metadata: {},
});
const RedrivePolicy = { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:dead', maxReceiveCount: 1 };
const stacks: ResolvedStack[] = [{ name: 'S', resources: [queue('dead'), queue('jobs', { RedrivePolicy })], outputs: {} }];
const invoke = async () => ({ statusCode: 202, payload: '' });
const sqs = await startSqs({ stacks, environment, awsUrl: endpoint.url, clock, report, authorize: allowAll, invoke, dataDir });
extra.set('sqs', sqs.handle);
process.send!({ url: endpoint.url });
