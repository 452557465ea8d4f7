/**
 * The push function: posts the events of big topics to a part of the connections that follow them. Its configuration is the gateway's own
 * variables.
 */

import { createPushFunction } from '@org/gateway-server';

export const handler = createPushFunction();
