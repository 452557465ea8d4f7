/**
 * `uses` to clients: what handlers find on `ctx`. A client has the granted operations and no others, so that plain JavaScript meets the
 * same limits as types and IAM. Making clients opens nothing and reads no SDK: the first operation does.
 */

import { createBusClient } from '../bus/bus-client.js';
import type { CallFacts } from '../execute/function-parts.js';
import type { OpenSessionsOptions } from '../identity/sessions.js';
import { createPresenceClient, type PresenceParts } from '../presence/presence-client.js';
import { createTopicsClient } from '../publish/topics-client.js';
import type { SequencerQueue } from '../sequencer/sequencer-queue.js';
import type { AnswersGrant } from '../service/answers.js';
import type { BucketGrant } from '../service/bucket.js';
import type { BusGrant } from '../service/bus.js';
import type { Uses } from '../service/define-service.js';
import { type FunctionGrant, isFunctionGrant } from '../service/function.js';
import type { AccountAccess, AnyGrant, ResourceDeclaration } from '../service/grant.js';
import type { GraphGrant } from '../service/graph.js';
import type { ModelGrant } from '../service/model.js';
import { isPresenceGrant } from '../service/presence.js';
import type { IndexGrant } from '../service/search-index.js';
import type { SessionsClient } from '../service/sessions.js';
import type { TableGrant } from '../service/table.js';
import { isTopicsGrant, type TopicsGrant } from '../service/topics.js';
import type { Clock } from '../websocket/clock.js';
import { createAnswersClient } from './answers-client.js';
import { lazily } from './aws-options.js';
import { createBucketClient } from './bucket-client.js';
import { createFunctionClient } from './function-client.js';
import { createGraphClient } from './graph-client.js';
import { createIndexClient } from './index-client.js';
import { createModelClient } from './model-client.js';
import { processSdk, type Sdk } from './sdk.js';
import { createTableClient } from './table-client.js';

export interface CreateClientsOptions {
  /** Name of the service or worker whose clients these are. */
  readonly owner: string;
  /** Where a resource is, from the environment: `resource-location.ts`. */
  readonly locationOf: (resource: ResourceDeclaration) => string;
  /** How to act in another account, from the environment. */
  readonly accountOf: (account: string) => AccountAccess;
  /** Set where requests are signed without an SDK client: indexes and graphs. */
  readonly region: string | undefined;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Letters and digits, at most 32, unique. */
  readonly newId: () => string;
  /** How long a call of another service may take. */
  readonly callTimeoutMs: number;
  /** Presence of a service's calls. @default none: a worker has no callers to be anywhere */
  readonly presence?: PresenceParts | undefined;
  /** Where events of sequenced subscriptions go. @default nowhere: publishing one is an error */
  readonly sequencer?: SequencerQueue | undefined;
  /** @default the process's SDK clients for the account */
  readonly sdkOf?: (account: string | undefined) => Sdk;
}

/** The clients of a function. */
export interface Clients {
  /** The same for every call. */
  readonly clients: Readonly<Record<string, unknown>>;
  /** Clients of other services, which are told on whose behalf a call is made. */
  readonly callers: (facts: CallFacts) => Readonly<Record<string, unknown>>;
}

/** One client per entry of `uses`, under its name. Locations are asked for at once, so that a missing one is known at cold start. */
export function createClients(uses: Uses, options: CreateClientsOptions): Clients {
  const sdkOf = options.sdkOf ?? sdkOfProcess(options);
  const entries = Object.entries(uses);
  const callers = entries.flatMap(([name, grant]) =>
    isFunctionGrant(grant) ? [[name, callerOf(grant, options, sdkOf(undefined))] as const] : [],
  );
  const rooms = entries.flatMap(([name, grant]) => (isPresenceGrant(grant) ? [[name, grant, presenceOf(options)] as const] : []));
  const others = entries.filter(([, grant]) => !isFunctionGrant(grant) && !isPresenceGrant(grant));
  return {
    clients: Object.fromEntries(others.map(([name, grant]) => [name, granted(clientOf(grant, options, sdkOf), grant)])),
    callers: (facts) =>
      Object.fromEntries([
        ...callers.map(([name, caller]) => [name, caller(facts)]),
        ...rooms.map(([name, grant, presence]) => [name, granted(createPresenceClient(presence, grant, facts), grant)]),
      ]),
  };
}

function presenceOf({ owner, presence }: CreateClientsOptions): PresenceParts {
  if (presence) return presence;
  throw new TypeError(`[SERVICE] ${owner} uses presence, which is of a service's callers; let the service do it`);
}

function sdkOfProcess({ owner, accountOf, newId }: CreateClientsOptions): (account: string | undefined) => Sdk {
  const session = newId().slice(0, 12);
  return (account) => {
    if (account === undefined) return processSdk();
    return processSdk({ ...accountOf(account), account, sessionName: `${owner.slice(0, 51)}-${session}` });
  };
}

function callerOf(grant: FunctionGrant<unknown>, options: CreateClientsOptions, { lambda }: Sdk) {
  const { owner, locationOf, callTimeoutMs, clock, random } = options;
  return createFunctionClient({
    grant,
    functionName: locationOf(grant.resource),
    lambda,
    caller: owner,
    timeoutMs: callTimeoutMs,
    clock,
    random,
  });
}

function clientOf(grant: AnyGrant, options: CreateClientsOptions, sdkOf: (account: string | undefined) => Sdk): object {
  const { locationOf, clock, random, newId } = options;
  const { resource } = grant;
  const { now } = clock;
  const location = locationOf(resource);
  const signing = () => ({ region: options.region ?? '', credentials: sdkOf(undefined).credentials });
  switch (resource.kind) {
    case 'table': {
      const { dynamo } = sdkOf(resource.account);
      return createTableClient({ grant: grant as TableGrant<unknown>, tableName: location, dynamo, clock, random, newId });
    }
    case 'bucket':
      return createBucketClient({ grant: grant as BucketGrant<unknown>, bucketName: location, s3: sdkOf(resource.account).s3, now });
    case 'index':
      return createIndexClient({ grant: grant as IndexGrant<unknown>, location, ...signing() });
    case 'graph':
      return createGraphClient({ grant: grant as GraphGrant<unknown>, location, now, ...signing() });
    case 'answers':
      return createAnswersClient({ grant: grant as AnswersGrant<unknown>, location });
    case 'model':
      return createModelClient({ grant: grant as ModelGrant<unknown>, location });
    case 'bus':
      return createBusClient({ grant: grant as BusGrant<unknown>, location, now, newId });
    case 'topics':
      return createTopicsClient({ grant: grant as TopicsGrant<unknown>, location, sequencer: options.sequencer, clock, random, newId });
    case 'sessions':
      return laterSessions({ location, clock, ...signing() });
    case 'function':
    case 'presence':
      throw new TypeError(`[SERVICE] ${resource.name} is called on somebody's behalf; \`callers\` makes its client`);
    default:
      return resource satisfies never;
  }
}

/** What closes connections is no part of a cold start. */
function laterSessions(options: OpenSessionsOptions): SessionsClient {
  const open = lazily(async () => (await import('../identity/sessions.js')).openSessions(options));
  return { revoke: async (userId) => (await open()).revoke(userId) };
}

function granted(client: object, grant: AnyGrant): object {
  const { operations } = grant;
  // Its operations are subscriptions, which it checks itself.
  if (isTopicsGrant(grant)) return client;
  return Object.fromEntries(Object.entries(client).filter(([operation]) => operations.includes(operation)));
}
