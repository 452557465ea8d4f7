/**
 * What differs between stages, in one typed object each. A new stage is a new entry in `STAGES`; everything that is not here is the same
 * everywhere. The region is that of the deployment's environment.
 *
 * Values of `PLACEHOLDERS` stand for what only your organisation knows: `npm run doctor` refuses to deploy them.
 */

import { LOCAL_ISSUER } from './local-issuer.js';
import type { StageSettings } from './settings-schema.js';

/** Stand-ins in the settings below. Account ids are those of AWS's documentation. */
export const PLACEHOLDERS = {
  origin: 'https://app.example.com',
  issuer: 'https://login.example.com',
  email: 'alarms@app.example.com',
  accountId: '111122223333',
  analyticsAccountId: '444455556666',
  knowledgeBaseId: 'EXAMPLEKB0',
  dataSourceId: 'EXAMPLEDS0',
  endpointName: 'example-classifier',
} as const;

const local: StageSettings = {
  stage: 'local',
  local: true,
  accountId: '000000000000',
  allowedOrigins: ['*'],
  identity: { issuer: LOCAL_ISSUER.url, audience: LOCAL_ISSUER.audience },
  rest: true,
  socket: true,
  waf: false,
  logRetentionDays: 1,
  data: { retain: false, deletionProtection: false, recovery: false },
  accountLogRole: false,
  alarms: false,
  dashboard: false,
  search: { instanceType: 't3.small.search', instances: 1, zones: 1, volumeGb: 10 },
  graph: false,
  answers: { provider: 'kendra', indexId: '11111111-2222-4333-8444-555555555555' },
  models: { Classifier: { script: 'apps/classifier/dist/server.js' } },
  accounts: { analytics: { accountId: '111111111111', region: 'us-east-1', externalId: 'gateway-local' } },
  tags: {},
};

const everything: StageSettings = {
  ...local,
  stage: 'everything',
  streaming: true,
  graph: { auth: 'iam' },
  answers: { provider: 'knowledge-base', knowledgeBaseId: 'LOCALKB001', dataSourceId: 'LOCALDS001' },
};

const dev: StageSettings = {
  ...local,
  stage: 'dev',
  local: false,
  accountId: PLACEHOLDERS.accountId,
  identity: { issuer: PLACEHOLDERS.issuer, audience: 'gateway-dev' },
  restThrottle: { ratePerSecond: 200, burst: 400 },
  socketThrottle: { ratePerSecond: 500, burst: 1_000 },
  logRetentionDays: 14,
  accountLogRole: true,
  dashboard: true,
  answers: {
    provider: 'knowledge-base',
    knowledgeBaseId: PLACEHOLDERS.knowledgeBaseId,
    dataSourceId: PLACEHOLDERS.dataSourceId,
  },
  models: { Classifier: { endpointName: PLACEHOLDERS.endpointName } },
  accounts: { analytics: { accountId: PLACEHOLDERS.analyticsAccountId, region: 'us-east-1', externalId: 'gateway-dev' } },
};

const production: StageSettings = {
  ...dev,
  stage: 'production',
  allowedOrigins: [PLACEHOLDERS.origin],
  identity: { issuer: PLACEHOLDERS.issuer, audience: 'gateway' },
  restThrottle: { ratePerSecond: 2_000, burst: 2_000 },
  socketThrottle: { ratePerSecond: 4_000, burst: 2_000 },
  waf: { requestsPerAddress: 5_000 },
  logRetentionDays: 90,
  data: { retain: true, deletionProtection: true, recovery: true },
  alarms: { email: PLACEHOLDERS.email },
  search: { instanceType: 'r7g.large.search', instances: 3, zones: 3, volumeGb: 100, masterInstanceType: 'm7g.large.search' },
  accounts: { analytics: { accountId: PLACEHOLDERS.analyticsAccountId, region: 'us-east-1', externalId: 'gateway-production' } },
};

/** Every stage by name. */
export const STAGES: Readonly<Record<string, StageSettings>> = {
  local,
  everything,
  'rest-only': { ...local, stage: 'rest-only', socket: false },
  'socket-only': { ...local, stage: 'socket-only', rest: false },
  dev,
  production,
};
