import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IAM_LOCK_FILE, iamLock, iamLockText } from './iam-lock.js';
import { synthesize } from './infra.fixture.js';

describe('the IAM lock', () => {
  it('is what the functions may do; after a change that was meant, generate it again and commit it', () => {
    expect(readFileSync(IAM_LOCK_FILE, 'utf8')).toBe(iamLockText(synthesize('production')));
  });

  it('is the same for every stage', () => {
    expect(iamLock(synthesize('local'))).toEqual(iamLock(synthesize('production')));
  });

  it('names each right by its Sid', () => {
    expect(iamLock(synthesize('local')).systemService).toEqual({
      OwnLogs: { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['{systemServiceLogs.Arn}'] },
      Connections: { actions: ['dynamodb:GetItem'], resources: ['{Connections.Arn}'] },
      Tracing: { actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] },
    });
  });
});
