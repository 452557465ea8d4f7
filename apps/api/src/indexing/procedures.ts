/**
 * What the indexing service does for others of this gateway. No part of the published contract: no route leads here.
 */

import { mutation, service } from '@org/gateway-core';
import * as z from 'zod';

export const indexing = service('indexing', {
  rebuild: mutation({
    summary: 'Goes on with a rebuild until it is done or time is short; running it twice does no harm',
    idempotent: true,
    auth: 'public',
    input: () => z.object({ index: z.string(), jobId: z.string() }),
    /** `superseded`: another rebuild has begun since. */
    output: () => z.object({ ended: z.enum(['done', 'paused', 'superseded']) }),
  }),
});
