/**
 * What one deployed function holds between invocations: the implementation and the things its contexts are made of. Built once at cold
 * start from the environment, by `createServiceHandler`; tests build it by hand.
 */

import type { Identity } from '../identity/identity.js';
import type { Revocations } from '../identity/revocations.js';
import type { TokenVerifier } from '../identity/token-verifier.js';
import type { PayloadStore } from '../large-messages/payload-store.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import type { Replies } from '../replies/run-once.js';
import type { Logger } from '../telemetry/logger.js';
import type { AppendOptions } from '../topics/topic-log.js';
import type { Clock } from '../websocket/clock.js';
import type { ConnectionInfo, User } from './context.js';
import type { Implementation } from './handler-types.js';

export interface PublishTextOptions extends AppendOptions {
  /** Leaves the events to the sequencer. @default false */
  readonly sequenced?: boolean;
}

/** Stores an event, or several as a batch, and has them delivered. Resolves with the id of the first; undefined when the sequencer gives it. */
export type PublishText = (
  topic: string,
  eventJson: string | readonly string[],
  retainSeconds: number,
  options?: PublishTextOptions,
) => Promise<string | undefined>;

/** The newest events of a topic, oldest first, and the position after the last of them. */
export type RecentText = (
  topic: string,
  limit: number,
) => Promise<{
  readonly events: readonly { readonly epoch: string; readonly offset: number; readonly data: string }[];
  readonly position: string;
}>;

/** The id of a topic's newest event, `EPOCH.0` before the first. */
export type PositionOf = (topic: string) => Promise<string>;

export interface FunctionParts {
  readonly implementation: Implementation;
  /** Clients of `uses` by name. */
  readonly clients: Readonly<Record<string, unknown>>;
  /** Clients of `uses` that are told whose call they are used in. @default none */
  readonly callers?: (facts: CallFacts) => Readonly<Record<string, unknown>>;
  readonly publish: PublishText;
  /** @default none: the service has no subscriptions */
  readonly position?: PositionOf | undefined;
  /** Keeps the replies of calls with a key. @default none: a call runs whenever it is sent */
  readonly replies?: Replies | undefined;
  /** Keeps results that are too large for an answer over HTTP. @default none: they are PAYLOAD_TOO_LARGE */
  readonly payloads?: Pick<PayloadStore, 'keep' | 'link'> | undefined;
  /** Counts calls of procedures that limit them. @default nobody counts */
  readonly limiter?: RateLimiter | undefined;
  /** Checks tokens of callers. @default none: the stage has no identity, and callers are anonymous */
  readonly tokens?: TokenVerifier | undefined;
  /** Refuses sign-ins that were revoked over HTTP. @default none: their tokens do until they end */
  readonly revocations?: Revocations | undefined;
  /** Waits until calls over HTTP are late. @default the machine's */
  readonly clock?: Clock;
  /** @default there are none */
  readonly recent?: RecentText | undefined;
  /** Looks a connection up and waits for its parameters (P3.6). */
  readonly connectionOf: (connectionId: string) => Promise<ConnectionInfo>;
  /** `access-control-allow-origin`. */
  readonly allowedOrigin: string;
  readonly now: () => number;
  readonly log: Logger;
}

/** What differs from call to call. */
export interface CallFacts {
  /** Claims as the service's schema has read them. */
  readonly user: User | null;
  /** The same user with claims as they came: what other services are told, which have schemas of their own. @default `user` */
  readonly identity?: Identity | null;
  readonly requestId: string;
  /** Set over the socket. */
  readonly connectionId?: string | undefined;
  /** Aborted at the deadline. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Epoch milliseconds of the deadline. @default none */
  readonly endsAtMs?: number | undefined;
}
