/**
 * The body of a version that a change tells of. By the time the change is read a newer version may have replaced it; then there is a newer
 * change behind this one, and nothing to do here.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, TableClient } from '@org/gateway-server/service';
import type { DocumentItem } from './resources.js';

/** What is needed of `ctx`. */
export interface BodySource {
  readonly documents: Pick<TableClient<DocumentItem, Pick<DocumentItem, 'id'>, never>, 'get'>;
  readonly bodies: Pick<BucketClient, 'get'>;
}

/**
 * The body, or undefined when the version is not the current one any more.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR when it is gone and no newer version explains it.
 */
export async function readBody({ documents, bodies }: BodySource, { id, bodyKey }: DocumentItem): Promise<string | undefined> {
  const stored = await bodies.get(bodyKey);
  if (stored !== undefined) return Buffer.from(stored.body).toString('utf8');
  const current = await documents.get({ id });
  if (current?.bodyKey !== bodyKey) return undefined;
  throw new GatewayError('INTERNAL_SERVER_ERROR', `document ${id} has no body: bucket Bodies has no object ${bodyKey}`);
}
