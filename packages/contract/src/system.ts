/**
 * System: is it up, and who am I to it.
 */

import { query, service } from '@org/gateway-core';
import * as z from 'zod';

export const system = service('system', {
  health: query({
    summary: 'Answers when the gateway, the function and their configuration work',
    auth: 'public',
    output: () => z.object({ status: z.literal('ok'), region: z.string(), timeMs: z.int() }),
    rest: 'GET /health',
  }),

  whoami: query({
    summary: 'The caller as the server sees it',
    auth: 'public',
    input: () => z.object({ /** Repeat the query parameter for several. */ tag: z.array(z.string().max(64)).max(10).default([]) }),
    output: () =>
      z.object({
        /** Subject of the authorizer, null for an anonymous caller. */
        user: z.string().nullable(),
        transport: z.enum(['http', 'socket']),
        /** Socket only: the connection and what it was opened with. */
        connection: z.object({ id: z.string(), params: z.record(z.string(), z.string()) }).nullable(),
        tag: z.array(z.string()),
        requestId: z.string(),
      }),
    rest: 'GET /whoami',
  }),
});
