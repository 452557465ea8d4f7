/** What the tests of OpenSearch share: a domain behind the AWS endpoint, and the unmodified client that signs its requests. */
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import type { Credentials } from '../../parts.js';
import { environment, onCleanup, operatorKeys } from '../fixture.test.support.js';
import { resource, type ServiceFixture, type ServiceOptions, startService } from '../text-index/service.test.support.js';
import { domainUrl } from './domain-path.js';
import { DOMAIN_TYPE, openSearchModule } from './module.js';

export const domainName = 'help-search';

export interface OpenSearchFixture extends ServiceFixture {
  readonly client: Client;
}

export interface OpenSearchOptions extends ServiceOptions {
  readonly engineVersion?: string;
  /** Of the client. @default the operator's */
  readonly keys?: Credentials;
}

/** A client as a function has it: with the URL of the domain and keys, and nothing else. */
export function createClient(url: string, keys: Credentials = operatorKeys, name = domainName): Client {
  const client = new Client({
    ...AwsSigv4Signer({ region: environment.region, service: 'es', getCredentials: () => Promise.resolve(keys) }),
    node: domainUrl(url, name),
    maxRetries: 0,
  });
  onCleanup(() => client.close());
  return client;
}

export async function startOpenSearch({ engineVersion, keys, ...options }: OpenSearchOptions = {}): Promise<OpenSearchFixture> {
  const domain = resource(DOMAIN_TYPE, domainName, { EngineVersion: engineVersion ?? 'OpenSearch_2.19' });
  const fixture = await startService(openSearchModule, [domain], options);
  return { ...fixture, client: createClient(fixture.endpoint.url, keys) };
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
