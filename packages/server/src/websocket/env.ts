/**
 * The environment of the gateway's own functions. Variables are named by `GATEWAY_VARIABLES`; everything missing or wrong is named in one
 * message when the function starts.
 */

import * as z from 'zod';
import { identityVariable } from '../identity/identity-variable.js';
import type { IdentitySettings } from '../service/identity.js';
import { GATEWAY_VARIABLES } from '../service/realtime.js';

/** `process.env`, or a test's. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}

const name = z.string().min(1);
const endpoint = z.url({ protocol: /^https?$/ });
const count = z.coerce.number().int().min(1);

/** Function names by service, as JSON. */
const functions = z.string().transform((text, issues): Record<string, string> => {
  try {
    return z.record(z.string(), name).parse(JSON.parse(text));
  } catch {
    issues.addIssue({ code: 'custom', message: 'expected a JSON object of function names by service' });
    return z.NEVER;
  }
});

const push = {
  connectionsTable: name,
  topicsTable: name,
  socketEndpoint: endpoint,
  payloadsBucket: name,
  followersPerShard: count.optional(),
};

/** What the socket function is told. */
export interface SocketEnvironment {
  readonly connectionsTable: string;
  readonly topicsTable: string;
  readonly socketEndpoint: string;
  readonly serviceFunctions: Readonly<Record<string, string>>;
  readonly payloadsBucket: string;
  /** Absent on a stage without identity. */
  readonly identity?: IdentitySettings | undefined;
  readonly allowedOrigin: string;
}

/** What the identity function is told. */
export interface IdentityEnvironment {
  readonly connectionsTable: string;
  readonly allowedOrigin: string;
  readonly identity: IdentitySettings;
}

/** What the fan-out function is told. */
export interface FanoutEnvironment extends PushEnvironment {
  /** URL of the queue of pushes. */
  readonly pushQueue: string;
}

/** What the function that pushes is told. */
export interface PushEnvironment {
  readonly connectionsTable: string;
  readonly topicsTable: string;
  readonly socketEndpoint: string;
  readonly payloadsBucket: string;
  /** Followers of a topic from which on it gets more shards. @default `FOLLOWERS_PER_SHARD` */
  readonly followersPerShard?: number | undefined;
}

/** What the sequencer's function is told. */
export interface SequencerEnvironment {
  readonly topicsTable: string;
  readonly sequencerDeadLetters: string;
}

/** @throws Error that names every variable that is missing or wrong. */
export function readSequencerEnvironment(env: Environment): SequencerEnvironment {
  return read(env, { topicsTable: name, sequencerDeadLetters: endpoint });
}

/** @throws Error that names every variable that is missing or wrong. */
export function readSocketEnvironment(env: Environment): SocketEnvironment {
  return read(env, {
    connectionsTable: name,
    topicsTable: name,
    socketEndpoint: endpoint,
    serviceFunctions: functions,
    payloadsBucket: name,
    identity: identityVariable().optional(),
    allowedOrigin: name,
  });
}

/** @throws Error that names every variable that is missing or wrong. */
export function readIdentityEnvironment(env: Environment): IdentityEnvironment {
  return read(env, { connectionsTable: name, allowedOrigin: name, identity: identityVariable() });
}

/** @throws Error that names every variable that is missing or wrong. */
export function readFanoutEnvironment(env: Environment): FanoutEnvironment {
  return read(env, { ...push, pushQueue: endpoint });
}

/** @throws Error that names every variable that is missing or wrong. */
export function readPushEnvironment(env: Environment): PushEnvironment {
  return read(env, push);
}

function read<TShape extends { readonly [TName in keyof typeof GATEWAY_VARIABLES]?: z.ZodType }>(env: Environment, shape: TShape) {
  const names = Object.keys(shape) as (keyof typeof GATEWAY_VARIABLES)[];
  const given = Object.fromEntries(names.map((key) => [key, env[GATEWAY_VARIABLES[key]]]));
  const result = z.object(shape as Record<string, z.ZodType>).safeParse(given);
  if (result.success) return result.data as { [TName in keyof TShape]: z.output<NonNullable<TShape[TName]>> };
  const wrong = result.error.issues.map(({ path, message }) => {
    const key = path[0] as keyof typeof GATEWAY_VARIABLES;
    return `${GATEWAY_VARIABLES[key]} (${given[key] === undefined ? 'missing' : message})`;
  });
  throw new Error(`[ENV] the function's environment is incomplete: ${wrong.join(', ')}; the deployment sets these`);
}
