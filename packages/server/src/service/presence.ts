/**
 * Who is in which room, as a service declares it: what is known of a member, and the subscription that tells of comings and goings, whose
 * topic key is the room. Members are users, or sessions of callers who are not signed in; one with several connections is there once.
 *
 * It lies in the gateway's own table of connections, which every service with a subscription may write, so it needs no right of its own.
 * A membership is a lease that the client's `gw.sync` renews (PROTOCOL.md P3.19): who crashes is gone when it is over.
 */

import type { Schema } from '@org/gateway-core';
import { checkResourceName, type Grant } from './grant.js';

/** Presence as infra and the runtime see it. */
export interface PresenceResource {
  readonly kind: 'presence';
  readonly name: string;
  readonly leaseSeconds: number;
  /** Name of the subscription. */
  readonly announces: string;
}

/** What a declaration says. */
export interface PresenceOptions<TMember> {
  /** Schema of what is known of a member, as JSON has it. */
  readonly member: () => Schema<unknown, TMember>;
  /** The service's subscription that a change is published to; its event must take a `PresenceChange`. */
  readonly announces: string;
  /** How long a member stays of whom nothing is heard. A page that is hidden is heard of every 240 s. @default 300 */
  readonly leaseSeconds?: number;
}

/** A member of a room. */
export interface Member<TMember> {
  /** `u:` and the user's id, or `s:` and a digest of the session. */
  readonly member: string;
  readonly data: TMember;
  readonly sinceMs: number;
}

/** What is published: a member came, said something else of itself, or went. Of one member these alternate as one expects. */
export interface PresenceChange<TMember> {
  readonly kind: 'joined' | 'changed' | 'left';
  readonly member: string;
  readonly data: TMember;
  readonly atMs: number;
}

/**
 * The operations. They are about the caller and its connection: without a socket `join` and `leave` are a BAD_REQUEST. Each rejects with
 * SERVICE_UNAVAILABLE when the table is throttled, or the change could not be published: then it has not happened.
 */
export interface PresenceClient<TMember> {
  /** Enters the room with this connection, or says something else of the member. Again is the same. Resolves with the member. */
  join(room: string, data: TMember): Promise<Member<TMember>>;
  /** Leaves the room with this connection; the member has left with its last one. Leaving where one is not succeeds. */
  leave(room: string): Promise<void>;
  /** Who is there, in the order of their keys. */
  list(room: string): Promise<readonly Member<TMember>[]>;
  /** The caller, if it is there. */
  find(room: string): Promise<Member<TMember> | undefined>;
  /** The caller's key, in rooms and as the topic of what is for it alone. */
  self(): Promise<string>;
}

export type PresenceOperation = keyof PresenceClient<never>;

/** A grant of presence carries the member schema for the runtime. */
export interface PresenceGrant<TClient> extends Grant<TClient> {
  readonly resource: PresenceResource;
  readonly member: () => Schema;
}

/** Declared presence. */
export interface Presence<TMember> {
  readonly resource: PresenceResource;
  /** These operations and no others. */
  allow<const TOperations extends readonly PresenceOperation[]>(
    ...operations: TOperations
  ): PresenceGrant<Pick<PresenceClient<TMember>, TOperations[number]>>;
}

/** Three of a hidden page's rounds, of which one may get lost. */
const LEASE_SECONDS = 300;

/**
 * Declares rooms.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function presence<TMember>(name: string, { member, announces, leaseSeconds }: PresenceOptions<TMember>): Presence<TMember> {
  checkResourceName('presence', name);
  const resource: PresenceResource = { kind: 'presence', name, leaseSeconds: leaseSeconds ?? LEASE_SECONDS, announces };
  return { resource, allow: (...operations) => ({ resource, member, operations, statements: [] }) };
}

/** Whether a grant is of presence. */
export function isPresenceGrant(grant: { readonly resource: { readonly kind: string } }): grant is PresenceGrant<unknown> {
  return grant.resource.kind === 'presence';
}
