/**
 * The system service: answers without touching any resource, so that it tells whether gateway and function work.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { systemService } from './service.js';

export interface SystemOptions {
  /** AWS region the function runs in. */
  readonly region: string;
}

/** The service's handlers. */
export function systemHandlers({ region }: SystemOptions): Implementation {
  return implement(systemService, {
    health: ({ ctx }) => ({ status: 'ok' as const, region, timeMs: ctx.now() }),

    whoami: async ({ input: { tag }, ctx }) => {
      const connection = await ctx.connection();
      return {
        user: ctx.user?.id ?? null,
        transport: ctx.transport,
        connection: connection && { id: connection.id, params: { ...connection.params } },
        tag,
        requestId: ctx.requestId,
      };
    },
  });
}
