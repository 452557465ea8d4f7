/** What the tests of the services that search share: one of them behind the AWS endpoint, on a clock that the test moves. */
import { type Authorize, allowAll } from '../../iam/authorize.js';
import type { ResolvedResource } from '../../parts.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import { environment, type Fixture, onCleanup, startFixture, type TestClock } from '../fixture.test.support.js';
import type { ServiceFaults, ServiceModule } from '../service-module.js';

export interface ServiceOptions {
  readonly authorize?: Authorize;
  readonly faults?: ServiceFaults;
  readonly dataDir?: string;
  readonly clock?: TestClock;
}

export interface ServiceFixture extends Fixture {
  /** Ends the service, as the stage does. */
  readonly close: () => Promise<void>;
}

/** A resource of the template, or an imported one. */
export function resource(type: string, physicalId: string, properties: Readonly<Record<string, unknown>> = {}): ResolvedResource {
  return { logicalId: 'Resource', type, physicalId, properties, metadata: {} };
}

/** Starts a service with resources. */
export async function startService(
  module: ServiceModule,
  resources: readonly ResolvedResource[],
  options: ServiceOptions = {},
): Promise<ServiceFixture> {
  const { authorize = allowAll, clock, faults, dataDir } = options;
  const extra = new Map<string, WireHandler>();
  const fixture = await startFixture({ extra, ...(clock === undefined ? {} : { clock }) });
  const service = await module.start({
    stacks: [{ name: 'Stack', resources, outputs: {} }],
    environment,
    awsUrl: fixture.endpoint.url,
    clock: fixture.clock,
    report: (entry) => void fixture.reports.push(entry),
    authorize,
    invoke: () => Promise.reject(new Error('no function is called here')),
    ...(faults === undefined ? {} : { faults }),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  for (const name of module.signingNames) extra.set(name, service.handle);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= service.close();
    return closed;
  };
  onCleanup(close);
  return { ...fixture, close };
}
