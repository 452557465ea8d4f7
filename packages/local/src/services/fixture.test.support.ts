/** What the tests of the AWS endpoint share: keys, a clock they move, an endpoint that is closed after each test, SDK clients. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach } from 'vitest';
import type { Clock, CredentialStore, Principal, ReportEntry } from '../parts.js';
import { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from './endpoint.js';

export const environment = { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' } as const;

export const operator: Principal = { arn: 'arn:aws:iam::123456789012:user/operator' };
export const role: Principal = { arn: 'arn:aws:sts::123456789012:assumed-role/documents/documents', roleId: 'DocumentsRole' };

export const operatorKeys = { accessKeyId: 'AKIAOPERATOR00000001', secretAccessKey: 'operator-secret' };
export const roleKeys = { accessKeyId: 'ASIADOCUMENTS0000001', secretAccessKey: 'role-secret', sessionToken: 'role-session-token' };

export const credentials: CredentialStore = {
  find: (accessKeyId) =>
    [
      { credentials: operatorKeys, principal: operator },
      { credentials: roleKeys, principal: role },
    ].find((each) => each.credentials.accessKeyId === accessKeyId),
};

/** Wall time plus what was advanced; timers run when the clock is advanced past them. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Resolves when a timer waits to be reached. */
  timerSet(): Promise<void>;
  /** How many timers wait. */
  pending(): number;
}

export function createTestClock(): TestClock {
  let offsetMs = 0;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  const waiting: (() => void)[] = [];
  const now = (): number => Date.now() + offsetMs;
  return {
    now,
    pending: () => timers.length,
    timerSet: () => (timers.length > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    after(delayMs, run) {
      const timer = { atMs: now() + delayMs, run };
      timers.push(timer);
      for (const resolve of waiting.splice(0)) resolve();
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance(ms) {
      offsetMs += ms;
      const due = timers.filter((timer) => timer.atMs <= now());
      timers = timers.filter((timer) => !due.includes(timer));
      for (const timer of due) timer.run();
    },
  };
}

export interface Fixture {
  readonly endpoint: AwsEndpoint;
  readonly clock: TestClock;
  readonly reports: ReportEntry[];
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
}

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, in reverse order. */
export function onCleanup(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

/** A folder that goes away after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-endpoint-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An endpoint on a free port, with SDK clients of the operator. */
export async function startFixture(options: Partial<AwsEndpointOptions> & { readonly clock?: TestClock } = {}): Promise<Fixture> {
  const clock = options.clock ?? createTestClock();
  const reports: ReportEntry[] = [];
  const report = (entry: ReportEntry): void => void reports.push(entry);
  const endpoint = await startAwsEndpoint({ environment, credentials, port: 0, report, ...options, clock });
  onCleanup(() => endpoint.close());
  const configuration = { endpoint: endpoint.url, region: environment.region, credentials: operatorKeys, maxAttempts: 1 };
  const dynamo = new DynamoDBClient(configuration);
  const s3 = new S3Client(configuration);
  onCleanup(() => {
    dynamo.destroy();
    s3.destroy();
  });
  return { endpoint, clock, reports, dynamo, s3 };
}

/** An event to wait for. */
export function signal(): { readonly reached: Promise<void>; readonly reach: () => void } {
  let reach!: () => void;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}
