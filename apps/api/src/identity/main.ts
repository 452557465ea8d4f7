/**
 * The identity function: gives tickets for the socket to callers who signed in. Its configuration is the gateway's own variables.
 */

import { createIdentityFunction } from '@org/gateway-server';

export const handler = createIdentityFunction();
