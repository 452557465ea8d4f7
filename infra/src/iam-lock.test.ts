import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declarations } from './apps-declarations.js';
import { IAM_LOCK_FILE, iamLock, iamLockText, lockTemplates } from './iam-lock.js';
import { synthesize } from './infra.fixture.js';

describe('the IAM lock', () => {
  it('is what the functions may do; after a change that was meant, generate it again and commit it', () => {
    expect(readFileSync(IAM_LOCK_FILE, 'utf8')).toBe(iamLockText(lockTemplates(declarations)));
  });

  it('names each right by its Sid', () => {
    expect(iamLock(synthesize('local')).systemService).toEqual({
      OwnLogs: { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['{systemServiceLogs.Arn}'] },
      Connections: { actions: ['dynamodb:GetItem'], resources: ['{Connections.Arn}'] },
      PayloadsObjects: { actions: ['s3:GetObject'], resources: ['{Payloads.Arn}/in/*'] },
      Payloads: { actions: ['s3:ListBucket'], resources: ['{Payloads.Arn}'] },
      PayloadsObjects2: { actions: ['s3:GetObject', 's3:PutObject'], resources: ['{Payloads.Arn}/out/*'] },
      Tracing: { actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] },
    });
  });

  it('has the roles in other accounts, with whom they trust', () => {
    expect(iamLock(synthesize('local'))['analytics/searchAccess']).toEqual({
      Trust: {
        actions: ['sts:AssumeRole'],
        principals: ['arn:aws:iam::000000000000:role/gateway-local-search'],
        conditions: { StringEquals: { 'sts:ExternalId': 'gateway-local' } },
      },
      SearchStats: { actions: ['dynamodb:UpdateItem'], resources: ['{SearchStats.Arn}'] },
      ExportsObjects: { actions: ['s3:PutObject'], resources: ['{Exports.Arn}/search/*'] },
    });
  });
});
