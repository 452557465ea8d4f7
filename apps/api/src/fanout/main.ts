/**
 * The fan-out function: delivers events of the topics table's stream to the connections that follow them. Its configuration is the
 * gateway's own variables.
 */

import { createFanoutFunction } from '@org/gateway-server';

export const handler = createFanoutFunction();
