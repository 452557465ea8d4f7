/**
 * The sequencer's function: numbers the events of sequenced subscriptions, in the order of their queue. Its configuration is the gateway's
 * own variables.
 */

import { createSequencerFunction } from '@org/gateway-server';

export const handler = createSequencerFunction();
