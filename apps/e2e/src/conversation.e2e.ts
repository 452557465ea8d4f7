/** The same conversation, held by every client with the same stage. */

import { describeConversation } from '@org/gateway-conformance';
import { httpBatchLink, httpLink } from '@trpc/client';
import { inject } from 'vitest';
import { ourClient, ourLinkClient, stockHttpClient, stockSocketClient } from './callers.js';
import { freshName } from './names.js';

const stage = inject('stage');

describeConversation('our client over HTTP', () => ourClient(stage), freshName);
describeConversation('our client over the socket', () => ourClient(stage, 'socket'), freshName);
describeConversation('stock httpLink', () => stockHttpClient(stage, httpLink), freshName);
describeConversation('stock httpBatchLink', () => stockHttpClient(stage, httpBatchLink), freshName);
describeConversation('stock wsLink', () => stockSocketClient(stage), freshName);
describeConversation('our link under a stock client', () => ourLinkClient(stage), freshName);
