/**
 * `uses` to clients: what handlers find on `ctx`. A client has the granted operations and no others, so that plain JavaScript meets the
 * same limits as types and IAM. Making clients opens nothing and reads no SDK: the first operation does.
 */

import type { BucketGrant } from '../service/bucket.js';
import type { Uses } from '../service/define-service.js';
import type { AnyGrant, ResourceDeclaration } from '../service/grant.js';
import type { TableGrant } from '../service/table.js';
import { createBucketClient } from './bucket-client.js';
import { processSdk, type Sdk } from './sdk.js';
import { createTableClient } from './table-client.js';

export interface CreateClientsOptions {
  /** The deployed name of a resource, from the environment: `resourceVariable` says which variable. */
  readonly nameOf: (resource: ResourceDeclaration) => string;
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string;
  /** Epoch milliseconds; signed URLs begin now. */
  readonly now: () => number;
  /** @default the process's SDK clients for the region */
  readonly sdk?: Sdk;
}

/** One client per entry of `uses`, under its name. `nameOf` is called at once, so that a missing name is known at cold start. */
export function createClients(uses: Uses, options: CreateClientsOptions): Record<string, unknown> {
  const sdk = options.sdk ?? processSdk(options.region);
  return Object.fromEntries(Object.entries(uses).map(([name, grant]) => [name, granted(clientOf(grant, options, sdk), grant)]));
}

function clientOf(grant: AnyGrant, { nameOf, now }: CreateClientsOptions, sdk: Sdk): object {
  const name = nameOf(grant.resource);
  switch (grant.resource.kind) {
    case 'table':
      return createTableClient({ grant: grant as TableGrant<unknown>, tableName: name, dynamo: sdk.dynamo });
    case 'bucket':
      return createBucketClient({ grant: grant as BucketGrant<unknown>, bucketName: name, s3: sdk.s3, now });
    default:
      return grant.resource satisfies never;
  }
}

function granted(client: object, { operations }: AnyGrant): object {
  return Object.fromEntries(Object.entries(client).filter(([operation]) => operations.includes(operation)));
}
