/**
 * From who is calling to `ctx.user`: claims read by the schema that the service declares. Claims that do not fit are the issuer's doing, or a
 * schema that is wrong; the caller is told no more than that its token does not do.
 */

import type { SchemaSource } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import type { User } from '../execute/context.js';
import { describeIssues, validate } from '../execute/validate.js';
import type { Logger } from '../telemetry/logger.js';
import type { Identity } from './identity.js';

/**
 * The user of a call.
 *
 * @throws GatewayError UNAUTHORIZED when the claims do not fit the schema.
 */
export async function userOfCall(
  { claims: schema }: { readonly claims: SchemaSource | undefined },
  identity: Identity | null,
  { log, requestId }: { readonly log: Logger; readonly requestId: string },
): Promise<User | null> {
  if (identity === null) return null;
  if (schema === undefined) return identity;
  const read = await validate(schema, identity.claims);
  if (read.success) return { ...identity, claims: read.data as User['claims'] };
  // Values of claims are personal; paths and messages say what is wrong.
  log.error('claims of a token do not fit the schema of the service', {
    requestId,
    user: identity.id,
    issues: describeIssues(read.error.issues).issues,
  });
  throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the claims of the token do not fit this service; the log says which');
}
