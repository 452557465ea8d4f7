/**
 * A tRPC subscription on a topic: an iterable of tracked events. What fails, at the start or later, is an error of ours in tRPC's form.
 */

import { formatEventId } from '@org/gateway-core/protocol';
import { type TRPCError, type TrackedEnvelope, tracked } from '@trpc/server';
import type { CallContext } from '../execute/context.js';
import type { FunctionParts } from '../execute/function-parts.js';
import { failureOf } from '../execute/outcome.js';
import type { TopicLog } from '../topics/topic-log.js';
import { topicName } from '../topics/topic-name.js';
import type { Clock } from '../websocket/clock.js';
import { type FollowOptions, followTopic, startPosition } from './follow-topic.js';
import { trpcError } from './trpc-error.js';

/** Where events come from. */
export interface TopicSource {
  readonly topicLog: TopicLog;
  readonly clock: Clock;
  /** How often a quiet topic is looked at. */
  readonly pollMs: number;
}

/** A subscription that was allowed. */
export interface TrackedSubscription extends TopicSource {
  readonly parts: FunctionParts;
  readonly ctx: CallContext;
  readonly subscription: string;
  /** What the handler chose. */
  readonly key: string;
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Fixes the position before tRPC says `started`: what is published from then on is delivered. */
export async function trackedSubscription(call: TrackedSubscription): Promise<AsyncIterable<TrackedEnvelope<unknown>>> {
  const { ctx, subscription, key, lastEventId, signal, topicLog: log, clock, pollMs } = call;
  const service = call.parts.implementation.declaration.service.name;
  const failed = (thrown: unknown) => trpcFailure(thrown, `${service}.${subscription}`, ctx);
  try {
    const topic = topicName(service, subscription, key);
    const from = await startPosition(log, topic, lastEventId);
    return trackedEvents({ topic, from, signal, log, clock, pollMs }, failed);
  } catch (thrown) {
    throw failed(thrown);
  }
}

async function* trackedEvents(
  options: FollowOptions,
  failed: (thrown: unknown) => TRPCError,
): AsyncGenerator<TrackedEnvelope<unknown>, void> {
  try {
    for await (const event of followTopic(options)) yield tracked(formatEventId(event), JSON.parse(event.data));
  } catch (thrown) {
    throw failed(thrown);
  }
}

/** Failures of the log are logged and masked as those of handlers are. */
function trpcFailure(thrown: unknown, path: string, { requestId, log }: CallContext): TRPCError {
  const outcome = failureOf(thrown, path, requestId, log);
  return outcome.ok ? trpcError({ code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' }) : trpcError(outcome.error);
}
