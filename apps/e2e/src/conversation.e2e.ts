/** The same conversation, held by every client with the same stage. */

import { type Caller, describeConversation } from '@org/gateway-conformance';
import { httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client';
import { inject } from 'vitest';
import { ourClient, ourLinkClient, stockHttpClient, stockSocketClient } from './callers.js';
import { freshName } from './names.js';

const stage = inject('stage');

const describeClient = (name: string, makeCaller: () => Caller, subscriptions: boolean) =>
  describeConversation(name, { makeCaller, freshName, subscriptions });

describeClient('our client over HTTP', () => ourClient(stage), true);
describeClient('our client over the socket', () => ourClient(stage, 'socket'), true);
describeClient('stock httpLink', () => stockHttpClient(stage, httpLink), false);
describeClient('stock httpBatchLink', () => stockHttpClient(stage, httpBatchLink), false);
describeClient('stock httpBatchStreamLink', () => stockHttpClient(stage, httpBatchStreamLink), false);
describeClient('stock wsLink', () => stockSocketClient(stage), true);
describeClient('our link under a stock client', () => ourLinkClient(stage), true);
