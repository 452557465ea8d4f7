/** What tests of the services beside DynamoDB and S3 share: an endpoint with these services, on a clock that stands still, and SDK clients. */
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createManualClock, type ManualClock } from '../clock.js';
import { type Authorize, allowAll } from '../iam/authorize.js';
import type { Invoke, ReportEntry, ResolvedResource } from '../parts.js';
import type { WireHandler } from '../wire/wire-handler.js';
import { startAwsEndpoint } from './endpoint.js';
import { credentials, environment, onCleanup, operatorKeys } from './fixture.test.support.js';
import type { Neighbours } from './neighbours.js';
import type { RunningService, ServiceFaults, ServiceParts } from './service-module.js';
import { serviceModules } from './service-modules.js';

export const startMs = 1_700_000_000_123;

export interface ModulesOptions {
  /** Resources of the one stack. */
  readonly resources?: readonly ResolvedResource[];
  readonly authorize?: Authorize;
  readonly replacePolicy?: ServiceParts['replacePolicy'];
  readonly invoke?: Invoke;
  readonly faults?: ServiceFaults;
  readonly dataDir?: string;
  readonly clock?: ManualClock;
  /** Keys of the clients. @default the operator's */
  readonly keys?: typeof operatorKeys;
}

export interface ModulesFixture {
  readonly awsUrl: string;
  readonly clock: ManualClock;
  readonly reports: readonly ReportEntry[];
  readonly neighbours: Neighbours;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  /** Moves the clock, and with it that of the clients, whose signatures have a time. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A resource of the template, resolved. */
export function resource(type: string, physicalId: string, properties: Readonly<Record<string, unknown>> = {}): ResolvedResource {
  return { logicalId: physicalId.replace(/\W/g, ''), type, physicalId, properties, metadata: {} };
}

export const queueArn = (name: string): string => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
export const topicArn = (name: string): string => `arn:aws:sns:eu-west-1:123456789012:${name}`;

/** A queue of the template. */
export function queueResource(name: string, properties: Readonly<Record<string, unknown>> = {}): ResolvedResource {
  const fifo = name.endsWith('.fifo') ? { FifoQueue: true } : {};
  return resource('AWS::SQS::Queue', `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`, {
    QueueName: name,
    ...fifo,
    ...properties,
  });
}

/** Starts an endpoint with every service module, wanted or not. */
export async function startModules(options: ModulesOptions = {}): Promise<ModulesFixture> {
  const { clock = createManualClock(startMs), authorize = allowAll, resources = [], keys = operatorKeys } = options;
  const reports: ReportEntry[] = [];
  const report = (entry: ReportEntry): void => void reports.push(entry);
  const handlers = new Map<string, WireHandler>();
  const neighbours: Neighbours = {};
  const endpoint = await startAwsEndpoint({ environment, credentials, port: 0, report, clock, authorize, extra: handlers });
  const services: RunningService[] = [];
  const modules = serviceModules.filter(({ signingNames }) => signingNames.includes('sqs') || signingNames.includes('sns'));
  for (const module of modules) {
    const service = await module.start({
      stacks: [{ name: 'S', resources, outputs: {} }],
      environment,
      awsUrl: endpoint.url,
      clock,
      report,
      authorize,
      invoke: options.invoke ?? (async () => ({ statusCode: 202, payload: '' })),
      neighbours,
      ...(options.replacePolicy === undefined ? {} : { replacePolicy: options.replacePolicy }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    });
    for (const name of module.signingNames) handlers.set(name, service.handle);
    services.push(service);
  }
  const configuration = { endpoint: endpoint.url, region: environment.region, credentials: keys, maxAttempts: 1 };
  const clients = { sqs: new SQSClient(configuration), sns: new SNSClient(configuration) };
  const setClocks = (): void => {
    for (const client of Object.values(clients)) client.config.systemClockOffset = clock.now() - Date.now();
  };
  setClocks();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const client of Object.values(clients)) client.destroy();
      for (const service of services) await service.close();
      await endpoint.close();
    })();
    return closing;
  };
  onCleanup(close);
  return {
    ...clients,
    awsUrl: endpoint.url,
    clock,
    reports,
    neighbours,
    close,
    async advance(ms) {
      await clock.advance(ms);
      setClocks();
    },
  };
}
