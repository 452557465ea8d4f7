/**
 * `gw.sync`: a client says where it stands in its subscriptions and is told what it missed. Cursors name subscriptions by their request
 * ids only, and what those follow is looked up among the connection's own, so nothing can be read that its handler has not allowed.
 * PROTOCOL.md P3.19 to P3.21.
 *
 * It is answered whatever happens, and within three seconds: a client that is not answered leaves the connection, and a table that is
 * throttled would cost all connections at once. What could not be read is left out, with the time after which to ask again.
 */

import { BYE_CODES, type ByeFrame, type EventPosition, parseEventId, type RequestId, type SyncCursor } from '@org/gateway-core/protocol';
import { type Identity, isOver } from '../identity/identity.js';
import type { Logger } from '../telemetry/logger.js';
import { resetReason } from '../topics/missed-events.js';
import { forEachParallel } from '../topics/parallel.js';
import type { Subscription, SubscriptionStore } from '../topics/subscription-store.js';
import type { TopicHead, TopicLog } from '../topics/topic-log.js';
import type { Clock } from './clock.js';
import { CONNECTION_LIFE_MS, type ConnectionStore } from './connection-store.js';
import { requestKey } from './request-key.js';
import { type Behind, behind, fillEvents, fixedBytes, stateText } from './sync-state.js';

export interface SyncParts {
  readonly subscriptions: Pick<SubscriptionStore, 'ofConnection' | 'extend'>;
  /** Reads whose sign-in is over. @default nobody's: the stage has no identity */
  readonly connections?: Pick<ConnectionStore, 'get'> | undefined;
  readonly topics: Pick<TopicLog, 'peek' | 'read'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface SyncRequest {
  readonly connectionId: string;
  readonly connectedAtMs: number;
  readonly n: number;
  readonly c: readonly SyncCursor[];
}

/** A client waits for 5 s. */
const ANSWER_WITHIN_MS = 3_000;

/** A throttled table needs some time. */
const ASK_AGAIN_MS = 1_000;

/** Topics looked at at a time. */
const PARALLEL_READS = 16;

/** What is known so far; filled while it is read, and answered with as it is when the time is over. */
interface Known {
  readonly unknown: RequestId[];
  behind: readonly Behind[];
  /** Something could not be read. */
  isPartial: boolean;
  /** The sign-in of the connection is over. */
  isSignedOut: boolean;
}

/** The answer. Never rejects. */
export async function sync(parts: SyncParts, request: SyncRequest): Promise<string> {
  const { clock, log } = parts;
  const known: Known = { unknown: [], behind: [], isPartial: true, isSignedOut: false };
  const done = new AbortController();
  const reading = read(parts, request, known).then(
    (isComplete) => {
      known.isPartial = !isComplete;
    },
    (cause: unknown) => log.warn('a sync is answered with what is known', { connectionId: request.connectionId, cause }),
  );
  await Promise.race([reading, clock.sleep(ANSWER_WITHIN_MS, done.signal)]);
  done.abort();
  if (known.isSignedOut) return SIGNED_OUT_FRAME;
  const expiresInMs = Math.max(0, request.connectedAtMs + CONNECTION_LIFE_MS - clock.now());
  return answerText(request.n, known, expiresInMs);
}

/** The client comes back on a new connection, with a new ticket. P5.11 */
const SIGNED_OUT_FRAME = JSON.stringify({
  id: null,
  method: 'gw.bye',
  params: { code: BYE_CODES.SIGNED_OUT, why: 'the token of the connection has expired', retry: true },
} satisfies ByeFrame);

function answerText(n: number, { unknown, behind, isPartial }: Known, expiresInMs: number): string {
  const states = [...unknown.map((id) => `[${JSON.stringify(id)},null]`), ...behind.map(stateText)];
  const again = isPartial ? `,"again":${ASK_AGAIN_MS}` : '';
  return `{"id":null,"method":"gw.sync","params":{"n":${n},"s":[${states.join(',')}],"exp":${expiresInMs}${again}}}`;
}

/** Resolves with whether everything could be read. */
async function read(parts: SyncParts, { connectionId, n, c }: SyncRequest, known: Known): Promise<boolean> {
  const user = await userOf(parts, connectionId);
  if (user && isOver(user, parts.clock.now())) {
    known.isSignedOut = true;
    return true;
  }
  if (c.length === 0) return true;
  const own = new Map<string, Subscription>();
  for (const subscription of await parts.subscriptions.ofConnection(connectionId)) {
    if (subscription.key.shard !== undefined) own.set(requestKey(subscription.key.requestId), subscription);
  }
  await renew(parts, own, user);
  const asked = c.flatMap(([id, position]) => {
    const subscription = own.get(requestKey(id));
    if (!subscription) known.unknown.push(id);
    return subscription ? [{ id, topic: subscription.key.topic, from: parseEventId(position) }] : [];
  });
  const { heads, isComplete } = await headsOf(parts, new Set(asked.map(({ topic }) => topic)));
  const all = asked.flatMap(({ id, topic, from }) => stateOf({ id, topic, from }, heads.get(topic)));
  // Which one is served first changes from sync to sync, so that a busy topic does not starve the others.
  const first = all.length === 0 ? 0 : n % all.length;
  known.behind = [...all.slice(first), ...all.slice(0, first)];
  return (await fillEvents(parts, known.behind, fixedBytes(n, known.unknown))) && isComplete;
}

async function userOf({ connections }: SyncParts, connectionId: string): Promise<Identity | null> {
  return (await connections?.get(connectionId))?.user ?? null;
}

/**
 * Moves the ends of subscriptions to that of the sign-in, before anything is read: an event that is not pushed for want of it is in the answer.
 * Those of a user who has signed out are no more.
 */
async function renew({ subscriptions, connections }: SyncParts, own: Map<string, Subscription>, user: Identity | null): Promise<void> {
  if (!connections) return;
  await forEachParallel([...own], PARALLEL_READS, async ([id, { key, authUntilMs }]) => {
    if (authUntilMs === undefined) return;
    if (!user) own.delete(id);
    else if (user.expiresAtMs !== undefined && user.expiresAtMs > authUntilMs) await subscriptions.extend(key, user.expiresAtMs);
  });
}

/** Nothing for a subscription at its head, and for a topic that has lost its memory: the next publisher or subscriber begins its epoch. */
function stateOf(
  { id, topic, from }: { readonly id: RequestId; readonly topic: string; readonly from: EventPosition | undefined },
  head: TopicHead | undefined,
): readonly Behind[] {
  if (!head) return [];
  const reset = from ? resetReason(from, head) : 'ahead';
  if (from && !reset && from.offset === head.offset) return [];
  return [behind({ id, topic, from: from ?? head, head, ...(reset ? { reset } : {}) })];
}

async function headsOf({ topics, log }: SyncParts, names: ReadonlySet<string>) {
  const heads = new Map<string, TopicHead>();
  let isComplete = true;
  await forEachParallel(names, PARALLEL_READS, async (topic) => {
    try {
      const head = await topics.peek(topic);
      if (head) heads.set(topic, head);
    } catch (cause) {
      isComplete = false;
      log.warn('a topic cannot be read for a sync', { topic, cause });
    }
  });
  return { heads, isComplete };
}
