/**
 * Starts a WebSocket API for a test and ends it afterwards, with the management client of AWS pointed at it.
 */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { createManualClock, type ManualClock } from '../clock.js';
import { createFaultBoard, type FaultBoard } from '../faults/board.js';
import type { Invoke, ReportEntry, ResolvedStack, VerifySignature } from '../parts.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS, type TestFunction } from './gateway.test.fixture.js';
import { type RunningSocketApi, startSocketApi } from './socket-api.js';
import { injectSocketFaults, type SocketFaults } from './socket-faults.js';
import { guarded } from './stack.test.fixture.js';

/** A running API with what a test needs to steer and watch it. */
export interface TestSocketApi {
  readonly api: RunningSocketApi;
  readonly url: string;
  readonly clock: ManualClock;
  readonly entries: readonly ReportEntry[];
  readonly faults: FaultBoard;
  /** AWS's client, unmodified; `accessKeyId` other than `AKIAGOOD` is refused by {@link verifyByKey}. */
  management(accessKeyId?: string, secretAccessKey?: string): ApiGatewayManagementApiClient;
  close(): Promise<void>;
}

export interface TestSocketOptions {
  readonly handler?: TestFunction;
  readonly invoke?: Invoke;
  readonly verify?: VerifySignature;
  readonly faults?: SocketFaults;
  readonly random?: () => number;
}

/** Accepts `AKIAGOOD`, calls `AKIAWRONG` a wrong signature and every other key unknown. */
export const verifyByKey: VerifySignature = ({ headers }) => {
  const authorization = String(headers.authorization ?? '');
  const [, accessKeyId, region = '', service = ''] = /Credential=(\w+)\/\d+\/([\w-]+)\/([\w-]+)\//.exec(authorization) ?? [];
  if (accessKeyId === 'AKIAGOOD')
    return { ok: true, principal: { arn: 'arn:aws:iam::123456789012:user/operator' }, service, region, presigned: false };
  if (accessKeyId === undefined) return { ok: false, code: 'MissingAuthenticationToken', message: 'Missing Authentication Token' };
  return accessKeyId === 'AKIAWRONG'
    ? {
        ok: false,
        code: 'SignatureDoesNotMatch',
        message: 'The request signature we calculated does not match the signature you provided.',
      }
    : { ok: false, code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' };
};

export async function startTestSocket(stack: ResolvedStack, options: TestSocketOptions = {}): Promise<TestSocketApi> {
  const clock = createManualClock(NOW_MS);
  const { entries, report } = createJournal();
  const { faults: switches = {}, random = Math.random } = options;
  const faults = createFaultBoard({ clock, report, random: switches.random ?? random });
  injectSocketFaults(faults, switches);
  const clients: ApiGatewayManagementApiClient[] = [];
  const api = await startSocketApi({
    ...guarded(stack),
    apiId: 'Socket',
    environment: ENVIRONMENT,
    invoke: options.invoke ?? invokeWith(options.handler ?? (() => ({ statusCode: 200 }))),
    verify: options.verify ?? verifyByKey,
    clock,
    report,
    port: 0,
    faults,
    ...(options.random ? { random: options.random } : {}),
  });
  return {
    api,
    url: api.url,
    clock,
    entries,
    faults,
    management(accessKeyId = 'AKIAGOOD', secretAccessKey = 'secret') {
      const client = new ApiGatewayManagementApiClient({
        endpoint: api.managementUrl,
        region: 'eu-central-1',
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
      });
      clients.push(client);
      return client;
    },
    close() {
      for (const client of clients) client.destroy();
      return api.close();
    },
  };
}

/** Numbers in [0, 1) that repeat for a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
