/** A domain in a process of its own, for the kill test: says its URL to its parent and serves until it is killed. */
import { systemClock } from '../../clock.js';
import { allowAll } from '../../iam/authorize.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import { startAwsEndpoint } from '../endpoint.js';
import { startOpenSearch } from './start.js';

const [dataDir, accessKeyId, secretAccessKey] = process.argv.slice(2) as [string, string, string];

const environment = { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' } as const;
const report = (): void => undefined;
const extra = new Map<string, WireHandler>();
const endpoint = await startAwsEndpoint({
  environment,
  credentials: {
    find: () => ({ credentials: { accessKeyId, secretAccessKey }, principal: { arn: 'arn:aws:iam::123456789012:user/operator' } }),
  },
  clock: systemClock,
  report,
  port: 0,
  extra,
});
const domain = { logicalId: 'Search', type: 'AWS::OpenSearchService::Domain', physicalId: 'help-search', properties: {}, metadata: {} };
const search = await startOpenSearch({
  stacks: [{ name: 'S', resources: [domain], outputs: {} }],
  environment,
  awsUrl: endpoint.url,
  clock: systemClock,
  report,
  authorize: allowAll,
  invoke: async () => ({ statusCode: 202, payload: '' }),
  dataDir,
});
extra.set('es', search.handle);
process.send!({ url: endpoint.url });
