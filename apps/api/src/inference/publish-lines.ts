/**
 * The model's lines as events, and how it ended: whoever follows the stream learns of a failure too.
 */

import type { inference } from '@org/gateway-contract';
import { GatewayError } from '@org/gateway-core/errors';
import type { HandlerContext } from '@org/gateway-server';
import type { inferenceService } from './service.js';

type InferenceContext = HandlerContext<typeof inference, (typeof inferenceService)['uses']>;

/**
 * Publishes a label per text, in their order, and resolves with their number. Rejects as the model does, FAILED_DEPENDENCY when it gave
 * another number of lines than it got texts.
 */
export async function publishLines(ctx: InferenceContext, stream: string, texts: readonly string[]): Promise<number> {
  let count = 0;
  try {
    for await (const line of ctx.classifier.invokeStream({ texts: [...texts] })) {
      await ctx.publish('results', stream, { kind: 'label', index: count, ...line });
      count += 1;
    }
    if (count !== texts.length)
      throw new GatewayError('FAILED_DEPENDENCY', `[FAILED_DEPENDENCY] the model gave ${count} lines for ${texts.length} texts`);
  } catch (cause) {
    await ctx.publish('results', stream, { kind: 'failed', count });
    throw cause;
  }
  await ctx.publish('results', stream, { kind: 'end', count });
  return count;
}
