/**
 * The numbers of calls over HTTP, in a file of their own because bundlers write a constant of another file in its place. Those of the wire
 * are core's by their types: code that a page begins with and code that is loaded later do not import the same file, which would become one
 * more of the page's.
 */

import type * as wire from '@org/gateway-core/protocol';

/** Calls in one request. */
export const MAX_BATCH: typeof wire.MAX_BATCH = 100;

/** Characters of a URL. */
export const MAX_URL_LENGTH: typeof wire.MAX_URL_LENGTH = 8_000;

/** Characters of a batch's body. A larger call travels alone, so that no batch is too large for a Lambda when its calls are not. */
export const MAX_BODY_LENGTH = 1_000_000;

/** What a call that may wait for ever says: a day. PROTOCOL.md P2.13. */
export const MAX_DEADLINE_MS = 86_400_000;
