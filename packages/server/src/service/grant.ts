/**
 * What a service may do to a resource, as data. One grant is read three times: by types (what `ctx` offers), by the runtime (which
 * client to make, from which variable) and by infra (which IAM statement to write). No SDK and no CDK is imported here.
 */

import type { AnswersResource } from './answers.js';
import type { BucketResource } from './bucket.js';
import type { BusResource } from './bus.js';
import type { FunctionResource } from './function.js';
import type { GraphResource } from './graph.js';
import type { ModelResource } from './model.js';
import type { PresenceResource } from './presence.js';
import type { IndexResource } from './search-index.js';
import type { SessionsResource } from './sessions.js';
import type { TableResource } from './table.js';
import type { TopicsResource } from './topics.js';

/** A part of a resource that IAM names by itself. */
export type GrantTarget =
  | { readonly part: 'self' }
  /** A table's index. */
  | { readonly part: 'index'; readonly name: string }
  /** A bucket's objects under a prefix. */
  | { readonly part: 'objects'; readonly prefix: string }
  /** Requests to a search index, by what follows its name: `/_search`, `/_doc/*`, `-write/_bulk`, or nothing for the index itself. */
  | { readonly part: 'path'; readonly path: string }
  /** A field of a GraphQL API's root types: `Query.documents`. */
  | { readonly part: 'field'; readonly type: 'Query' | 'Mutation'; readonly field: string };

/** IAM actions on parts of one resource. */
export interface GrantStatement {
  readonly actions: readonly string[];
  readonly targets: readonly GrantTarget[];
  /** IAM's `Condition`: operator, then key, then values. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Only where the resource is deployed with this provider; absent: always. See `answers`. */
  readonly provider?: string;
}

/** A resource with the operations a service uses. `TClient` is what `ctx` offers for it. */
export interface Grant<TClient> {
  readonly resource: ResourceDeclaration;
  readonly operations: readonly string[];
  readonly statements: readonly GrantStatement[];
  /** Types only; never set. */
  readonly '~client'?: TClient;
}

export type AnyGrant = Grant<unknown>;

/** What infra creates, or is told the name of, and the runtime connects to. Compared by value: two declarations of one name must agree. */
export type ResourceDeclaration =
  | TableResource
  | BucketResource
  | IndexResource
  | AnswersResource
  | ModelResource
  | GraphResource
  | BusResource
  | FunctionResource
  | PresenceResource
  | SessionsResource
  | TopicsResource;

/** A resource that can live in another account than the gateway: its clients assume a role there. */
export interface InAccount {
  /** Name of the account in the stage's settings. Absent: the gateway's own. */
  readonly account?: string;
}

/** The environment variable that carries where a resource is: see `resource-location.ts` for its form per kind. */
export function resourceVariable(resource: ResourceDeclaration): string {
  return `RES_${resource.name}`;
}

/** The environment variable that says how to act in another account: see `AccountAccess`. */
export function accountVariable(account: string): string {
  return `ACCOUNT_${account}`;
}

/** Value of an account's variable, as JSON: the role to assume, its external id, and where the resources are. */
export interface AccountAccess {
  readonly roleArn: string;
  readonly externalId: string;
  readonly region: string;
}

const RESOURCE_NAME = /^[A-Z][A-Za-z0-9]{0,63}$/;

/**
 * @throws TypeError for a name that CloudFormation could not carry as a logical id.
 */
export function checkResourceName(kind: string, name: string): void {
  if (RESOURCE_NAME.test(name)) return;
  throw new TypeError(`[SERVICE] bad name for a ${kind}: got "${name}", expected letters and digits starting with a capital, at most 64`);
}

const ACCOUNT_NAME = /^[a-z][A-Za-z0-9]{0,31}$/;

/**
 * The `account` property of a resource, left out when there is none.
 *
 * @throws TypeError for a name that no variable could carry.
 */
export function inAccount(account: string | undefined): InAccount {
  if (account === undefined) return {};
  if (ACCOUNT_NAME.test(account)) return { account };
  throw new TypeError(
    `[SERVICE] bad name for an account: got "${account}", expected letters and digits starting with a small letter, at most 32`,
  );
}

/** The actions of some operations, each once, in order. */
export function actionsOf<TOperation extends string>(
  actions: Readonly<Record<TOperation, string | readonly string[]>>,
  operations: readonly TOperation[],
): readonly string[] {
  return [...new Set(operations.flatMap((operation) => actions[operation]))].sort();
}
