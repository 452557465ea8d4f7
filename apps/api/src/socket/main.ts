/**
 * The socket function: opens and closes connections, and passes frames without a service on to theirs. Its configuration is the
 * gateway's own variables.
 */

import { createSocketFunction } from '@org/gateway-server';

export const handler = createSocketFunction();
