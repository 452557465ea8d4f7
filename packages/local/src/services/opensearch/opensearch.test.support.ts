/** What the tests of OpenSearch share: a domain behind the AWS endpoint, and the unmodified client that signs its requests. */
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import { type Authorize, allowAll } from '../../iam/authorize.js';
import type { Credentials } from '../../parts.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import { environment, type Fixture, onCleanup, operatorKeys, startFixture, type TestClock } from '../fixture.test.support.js';
import { domainUrl } from './domain-path.js';
import { openSearchModule } from './module.js';

export const domainName = 'help-search';

export interface OpenSearchFixture extends Fixture {
  readonly client: Client;
  /** Ends the service, as the stage does. */
  readonly close: () => Promise<void>;
}

export interface OpenSearchFixtureOptions {
  readonly authorize?: Authorize;
  readonly dataDir?: string;
  readonly clock?: TestClock;
  readonly engineVersion?: string;
}

/** A client as a function has it: with the URL of the domain and keys, and nothing else. */
export function createClient(url: string, keys: Credentials = operatorKeys): Client {
  const client = new Client({
    ...AwsSigv4Signer({ region: environment.region, service: 'es', getCredentials: () => Promise.resolve(keys) }),
    node: domainUrl(url, domainName),
    maxRetries: 0,
  });
  onCleanup(() => client.close());
  return client;
}

export async function startOpenSearch(options: OpenSearchFixtureOptions = {}): Promise<OpenSearchFixture> {
  const extra = new Map<string, WireHandler>();
  const fixture = await startFixture({ extra, ...(options.clock === undefined ? {} : { clock: options.clock }) });
  const service = await openSearchModule.start({
    stacks: [
      {
        name: 'Stack',
        resources: [
          {
            logicalId: 'Search',
            type: 'AWS::OpenSearchService::Domain',
            physicalId: domainName,
            properties: { EngineVersion: options.engineVersion ?? 'OpenSearch_2.19' },
            metadata: {},
          },
        ],
        outputs: {},
      },
    ],
    environment,
    awsUrl: fixture.endpoint.url,
    clock: fixture.clock,
    report: (entry) => void fixture.reports.push(entry),
    authorize: options.authorize ?? allowAll,
    invoke: () => Promise.reject(new Error('no function is called here')),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  });
  extra.set('es', service.handle);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= service.close();
    return closed;
  };
  onCleanup(close);
  return { ...fixture, client: createClient(fixture.endpoint.url), close };
}

/** The error that a call of the client ends with. */
export async function failure(
  call: Promise<unknown>,
): Promise<{ readonly status: number; readonly type: string; readonly reason: string; readonly body: unknown }> {
  try {
    await call;
  } catch (error) {
    const { statusCode, body } = error as {
      readonly statusCode: number;
      readonly body: { readonly error?: { readonly type?: string; readonly reason?: string } };
    };
    return { status: statusCode, type: body.error?.type ?? '', reason: body.error?.reason ?? '', body };
  }
  throw new Error('expected the call to fail');
}
