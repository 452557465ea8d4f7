/**
 * The environment of a service's or worker's function: the gateway's variables, one per resource in `uses`, and one per other account. Read
 * once, when the function starts; everything missing or wrong is named in one message, so that one deployment fixes it.
 */

import * as z from 'zod';
import { identityVariable } from './identity/identity-variable.js';
import type { AnyServiceDeclaration, Uses } from './service/define-service.js';
import { hasSubscriptions, keepsReplies } from './service/define-service.js';
import { type AccountAccess, accountVariable, type ResourceDeclaration, resourceVariable } from './service/grant.js';
import type { IdentitySettings } from './service/identity.js';
import { GATEWAY_VARIABLES } from './service/realtime.js';
import { parseAnswersLocation } from './service/resource-location.js';
import { publishesSequenced } from './service/topics.js';
import type { AnyWorkerDeclaration } from './service/worker.js';

/** Where the resources of `uses` are. */
export interface ResourceEnvironment {
  /** See `resource-location.ts` for its form per kind. */
  locationOf(resource: ResourceDeclaration): string;
  /** How to act in another account. */
  accountOf(account: string): AccountAccess;
  /** Lambda sets it; only where requests are signed without an SDK client it must be there. */
  readonly region: string | undefined;
}

/** What a service's function is told. */
export interface ServiceEnvironment extends ResourceEnvironment {
  readonly allowedOrigin: string;
  readonly connectionsTable: string;
  /** Absent where there are no subscriptions. */
  readonly topicsTable: string | undefined;
  /** Absent where there are no mutations, or no client reaches them. */
  readonly repliesTable: string | undefined;
  /** Absent where there is no socket. */
  readonly payloadsBucket: string | undefined;
  /** Absent where nothing is published to a sequenced subscription. */
  readonly sequencerQueue: string | undefined;
  /** Absent on a stage without identity. */
  readonly identity: IdentitySettings | undefined;
  /** Whether API Gateway is told to stream what the function answers. */
  readonly streams: boolean;
}

/** What a worker's function is told. */
export interface WorkerEnvironment extends ResourceEnvironment {
  /** Both absent in a worker that announces nothing. */
  readonly connectionsTable: string | undefined;
  readonly topicsTable: string | undefined;
  /** Absent where nothing is published to a sequenced subscription. */
  readonly sequencerQueue: string | undefined;
}

/** `process.env`, or a test's. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Shape = Readonly<Record<string, z.ZodType>>;

const name = z.string().min(1);

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const REGION = 'AWS_REGION';

/**
 * @throws Error that lists every variable that is missing or wrong.
 */
export function readServiceEnvironment(declaration: AnyServiceDeclaration, env: Environment = process.env): ServiceEnvironment {
  const { service, uses, internal } = declaration;
  const publishes = hasSubscriptions(service);
  const reached = { [GATEWAY_VARIABLES.allowedOrigin]: name, [GATEWAY_VARIABLES.connectionsTable]: name };
  const values = read(`service ${service.name}`, env, {
    [GATEWAY_VARIABLES.service]: z.literal(service.name),
    // No route and no connection leads to an internal service.
    ...(internal && !publishes ? {} : reached),
    [GATEWAY_VARIABLES.payloadsBucket]: name.optional(),
    [GATEWAY_VARIABLES.identity]: identityVariable().optional(),
    [GATEWAY_VARIABLES.streams]: z.literal('true').optional(),
    ...(publishes ? { [GATEWAY_VARIABLES.topicsTable]: name } : {}),
    ...(keepsReplies(declaration) ? { [GATEWAY_VARIABLES.repliesTable]: name } : {}),
    ...sequencerShape(declaration),
    ...resourceShape(uses),
  });
  return {
    allowedOrigin: textOf(values, GATEWAY_VARIABLES.allowedOrigin) ?? '*',
    connectionsTable: textOf(values, GATEWAY_VARIABLES.connectionsTable) ?? '',
    topicsTable: textOf(values, GATEWAY_VARIABLES.topicsTable),
    repliesTable: textOf(values, GATEWAY_VARIABLES.repliesTable),
    payloadsBucket: textOf(values, GATEWAY_VARIABLES.payloadsBucket),
    sequencerQueue: textOf(values, GATEWAY_VARIABLES.sequencerQueue),
    identity: values[GATEWAY_VARIABLES.identity] as IdentitySettings | undefined,
    streams: values[GATEWAY_VARIABLES.streams] !== undefined,
    ...resources(values),
  };
}

/**
 * @throws Error that lists every variable that is missing or wrong.
 */
export function readWorkerEnvironment(declaration: AnyWorkerDeclaration, env: Environment = process.env): WorkerEnvironment {
  const { connectionsTable, topicsTable, sequencerQueue } = GATEWAY_VARIABLES;
  const publishing = declaration.announces === undefined ? {} : { [connectionsTable]: name, [topicsTable]: name };
  const values = read(`worker ${declaration.name}`, env, {
    ...publishing,
    ...sequencerShape(declaration),
    ...resourceShape(declaration.uses),
  });
  return {
    connectionsTable: textOf(values, connectionsTable),
    topicsTable: textOf(values, topicsTable),
    sequencerQueue: textOf(values, sequencerQueue),
    ...resources(values),
  };
}

function sequencerShape(declaration: AnyServiceDeclaration | AnyWorkerDeclaration): Shape {
  return publishesSequenced(declaration) ? { [GATEWAY_VARIABLES.sequencerQueue]: z.url({ protocol: /^https?$/ }) } : {};
}

function read(owner: string, env: Environment, shape: Shape): Readonly<Record<string, unknown>> {
  const result = z.object(shape).safeParse(env);
  if (result.success) return result.data;
  const wrong = new Map(result.error.issues.map(({ path, message }) => [String(path[0]), message]));
  const each = [...wrong].map(([variable, message]) => `${variable} (${env[variable] === undefined ? 'missing' : message})`);
  throw new Error(`[ENV] the environment of ${owner} is incomplete: ${each.join(', ')}; the deployment sets these`);
}

function textOf(values: Readonly<Record<string, unknown>>, variable: string): string | undefined {
  const value = values[variable];
  return typeof value === 'string' ? value : undefined;
}

function resources(values: Readonly<Record<string, unknown>>): ResourceEnvironment {
  return {
    locationOf: (resource) => values[resourceVariable(resource)] as string,
    accountOf: (account) => values[accountVariable(account)] as AccountAccess,
    region: textOf(values, REGION),
  };
}

function resourceShape(uses: Uses): Shape {
  // Presence lies in a table of the gateway's own.
  const used = Object.values(uses).flatMap(({ resource }) => (resource.kind === 'presence' ? [] : [resource]));
  const accounts = used.flatMap((resource) => ('account' in resource && resource.account !== undefined ? [resource.account] : []));
  const signs = used.some(({ kind }) => kind === 'index' || kind === 'graph' || kind === 'sessions');
  return {
    [REGION]: signs ? name : name.optional(),
    ...Object.fromEntries(used.map((resource) => [resourceVariable(resource), locationSchema(resource)])),
    ...Object.fromEntries(accounts.map((account) => [accountVariable(account), access])),
  };
}

function locationSchema(resource: ResourceDeclaration): z.ZodType {
  switch (resource.kind) {
    case 'index':
    case 'graph':
      return z.url({ protocol: /^https?$/ });
    case 'answers':
      return z.string().refine(isAnswersLocation, { error: 'expected "kendra:INDEX" or "knowledge-base:ID:DATASOURCE"' });
    case 'table':
    case 'bucket':
    case 'model':
    case 'bus':
    case 'function':
    case 'topics':
    case 'presence':
    case 'sessions':
      return name;
    default:
      return resource satisfies never;
  }
}

function isAnswersLocation(text: string): boolean {
  try {
    parseAnswersLocation(text);
    return true;
  } catch {
    return false;
  }
}

const Access = z.object({ roleArn: z.string().regex(/^arn:/), externalId: name, region: name });

/** `AccountAccess`, as JSON. */
const access = z.string().transform((text, issues): AccountAccess => {
  try {
    return Access.parse(JSON.parse(text));
  } catch {
    issues.addIssue({ code: 'custom', message: 'expected JSON {"roleArn":"arn:…","externalId":…,"region":…}' });
    return z.NEVER;
  }
});
