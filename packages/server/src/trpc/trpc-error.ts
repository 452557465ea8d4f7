/**
 * Failures in tRPC's hands: the parts of our error shape ride as the `cause` of a TRPCError through adapters and batches, and the error
 * formatter writes them as PROTOCOL.md section 4 says. tRPC's own failures (an unknown path, a body that is no JSON) get the same form.
 */

import { type ErrorCode, type ErrorShape, type ErrorShapeParts, errorShape, GatewayError, isErrorCode } from '@org/gateway-core/errors';
import { TRPCError } from '@trpc/server';

/** What a tRPC procedure throws for a failed outcome. */
export function trpcError(parts: ErrorShapeParts): TRPCError {
  const { code, message, path, requestId, error, details, issues } = parts;
  return new TRPCError({
    code: trpcCode(code),
    message,
    cause: new GatewayError(code, message, { path, requestId, error, data: details, issues }),
  });
}

/** tRPC has no code for FAILED_DEPENDENCY. Its own stays inside: the formatter writes ours, and adapters take the status of `data`. */
function trpcCode(code: ErrorCode): TRPCError['code'] {
  return code === 'FAILED_DEPENDENCY' ? 'BAD_GATEWAY' : code;
}

/** tRPC's error formatter: our shape, whoever made the error. Never a stack, never the text of an unknown error (P4.2). */
export function formatError({ error, path }: { readonly error: TRPCError; readonly path: string | undefined }): ErrorShape {
  const ours = error.cause instanceof GatewayError ? error.cause : undefined;
  const known = ours?.code ?? error.code;
  const code = isErrorCode(known) ? known : 'INTERNAL_SERVER_ERROR';
  return errorShape({
    code,
    message: code === 'INTERNAL_SERVER_ERROR' ? 'Internal server error' : (ours?.message ?? `[${code}] ${error.message}`),
    path: ours?.path ?? path,
    requestId: ours?.requestId,
    error: ours?.error,
    details: ours?.data,
    issues: ours?.issues,
  });
}
