/**
 * The trace of the invocation under way, which Lambda says anew in a variable for each of them, also where nobody traces. It is how frames of
 * the socket have a trace: API Gateway traces no WebSocket API.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */

import { rootOf } from './trace-root.js';

/** X-Ray's root id, `1-…`; undefined outside of Lambda. */
export function traceOfInvocation(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return rootOf(env._X_AMZN_TRACE_ID);
}
