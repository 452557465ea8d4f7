/**
 * Arguments of a field, read by a schema.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type * as z from 'zod';

/** @throws GatewayError BAD_REQUEST that names what does not fit. */
export function readArguments<TArguments>(schema: z.ZodType<TArguments>, args: unknown): TArguments {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] arguments do not fit: ${problems}`);
}
