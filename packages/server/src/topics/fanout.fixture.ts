/** A socket side in memory for tests: stores, a sender that writes everything down, and a stream that is worked off in batches. */

import type { RequestId } from '@org/gateway-core/protocol';
import type { Logger } from '../telemetry/logger.js';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import type { ConnectionSender } from '../websocket/sender.js';
import { createFanout, type FanoutParts } from './fanout.js';
import { createMemorySubscriptionStore } from './memory-subscription-store.js';
import { createMemoryTopicLog } from './memory-topic-log.js';
import type { SubscriptionKey } from './subscription-store.js';

export const silentLog: Logger = { info: () => {}, warn: () => {}, error: () => {} };

export interface RecordingSender extends ConnectionSender {
  /** Frames by connection, in the order they were taken. */
  readonly frames: ReadonlyMap<string, readonly string[]>;
  /** Connections that the server closed. */
  readonly closed: ReadonlySet<string>;
  /** Called before a frame is taken; may throw, or say that the connection is gone. */
  onPost: (connectionId: string, text: string) => Promise<'sent' | 'gone' | undefined> | 'sent' | 'gone' | undefined;
  onClose: (connectionId: string) => void;
}

export function createRecordingSender(): RecordingSender {
  const frames = new Map<string, string[]>();
  const closed = new Set<string>();
  const sender: RecordingSender = {
    frames,
    closed,
    onPost: () => undefined,
    onClose: () => {},
    post: async (connectionId, text) => {
      const said = await sender.onPost(connectionId, text);
      if (said === 'gone' || closed.has(connectionId)) return 'gone';
      frames.set(connectionId, [...(frames.get(connectionId) ?? []), text]);
      return 'sent';
    },
    close: async (connectionId) => {
      sender.onClose(connectionId);
      closed.add(connectionId);
    },
  };
  return sender;
}

export const TOPIC = 'docs.changes/a';
const DAY_SECONDS = 86_400;

/** Everything the fan-out needs; `more` replaces parts. */
export function createFanoutStage(more: Partial<FanoutParts> = {}) {
  const clock = createJumpingClock();
  let epochs = 0;
  let tokens = 0;
  let done = 0;
  const topics = createMemoryTopicLog({ clock, newEpoch: () => `e${++epochs}` });
  const subscriptions = createMemorySubscriptionStore({ clock });
  const sender = createRecordingSender();
  const fanout = createFanout({ topics, subscriptions, sender, clock, random: () => 0, log: silentLog, ...more });
  const numbered = (from: number, to?: number) =>
    topics.stream.slice(from, to).map((record, at) => ({ sequenceNumber: String(from + at), record }));
  return {
    clock,
    topics,
    subscriptions,
    sender,
    fanout,
    publish: async (...events: readonly number[]) => {
      for (const event of events) await topics.append(TOPIC, String(event), DAY_SECONDS);
    },
    /** Enters a subscription and asks for its start. */
    subscribe: async (
      connectionId: string,
      { after, requestId = 1, topic = TOPIC }: { after?: number; requestId?: RequestId; topic?: string } = {},
    ) => {
      const key: SubscriptionKey = { topic, connectionId, requestId, token: `Zt${++tokens}` };
      await subscriptions.claim({ key, path: 'docs.changes' });
      const head = await topics.head(topic);
      await topics.wake(topic, { kind: 'start', key, from: { epoch: head.epoch, offset: after ?? head.offset }, resumed: false });
      return key;
    },
    stop: async (key: SubscriptionKey) => {
      await subscriptions.cancel(key.connectionId, key.requestId);
      await topics.wake(key.topic, { kind: 'stop', key });
    },
    /** Works off what the stream has, as Lambda does: a failed batch again from its first failed record. Resolves with the failures. */
    work: async (attempts = 1): Promise<number> => {
      let failures = 0;
      for (let attempt = 0; attempt < attempts && done < topics.stream.length; attempt++) {
        const end = topics.stream.length;
        const failed = await fanout(numbered(done, end));
        failures += failed.length;
        done = failed.length === 0 ? end : Math.min(...failed.map(Number));
      }
      return failures;
    },
    /** What a connection was sent, in short: `started`, `stopped`, an error's code, or an event's offset. */
    received: (connectionId: string) => (sender.frames.get(connectionId) ?? []).map(shortened),
    numbered,
  };
}

/** A frame in short. */
export function shortened(text: string): string | number {
  const { result, error } = JSON.parse(text) as {
    result?: { type: string; id?: string };
    error?: { data: { code: string } };
  };
  if (error) return error.data.code;
  return result?.type === 'data' ? Number(result.id?.split('.')[1]) : String(result?.type);
}
