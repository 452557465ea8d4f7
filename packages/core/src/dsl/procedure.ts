/**
 * Procedures: `query`, `mutation` and `subscription` describe one call each, as data. Their type carries the resolved types and
 * nothing of zod, so a client that sees only the emitted declarations pays for the procedures it calls, not for the contract.
 */

import { type ErrorDefinition, type ErrorSource, errorDefinitions } from './declared-error.js';
import { type CallerLimit, callerLimit, type RateLimit } from './rate-limit.js';
import { parseRoute, type Route, type RouteOptions, type RouteTemplate } from './route.js';
import type { SchemaSource } from './schema.js';
import type { AuthTrait, DeprecationTrait, SequenceTrait } from './traits.js';

export type ProcedureKind = 'query' | 'mutation' | 'subscription';

/** Who may call: anyone, any signed-in user, or a user with all of these scopes. */
export type Auth = 'public' | 'user' | { readonly scopes: readonly string[] };

/** How long a topic keeps its events for resuming clients: `30m`, `24h`, `7d`. */
export type Retention = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** Marks a procedure that callers should leave. */
export interface Deprecation {
  /** ISO date of the deprecation. */
  readonly since: string;
  /** ISO date after which it may be gone. */
  readonly sunset?: string;
  /** What to call instead. */
  readonly use?: string;
}

/** What is said about a procedure besides its types. */
export interface ProcedureMeta {
  /** @default 'user' */
  readonly auth: Auth;
  readonly summary: string | undefined;
  readonly deprecated: Deprecation | undefined;
  /** Seconds a subscription's events are kept. */
  readonly retainSeconds: number | undefined;
  /** A subscription's events are numbered by one reader of a queue. */
  readonly sequenced: boolean;
  /** The mutation may be repeated: running it twice leaves what running it once leaves. */
  readonly idempotent: boolean;
  /** How often one caller may call it. */
  readonly callerLimit?: CallerLimit | undefined;
}

/** What a procedure's phantom type carries: client and server side of input and output, and the declared errors' data by name. */
export interface ProcedureTypes<TInput, TParsed, TReturn, TOutput, TErrors> {
  readonly input: TInput;
  readonly parsed: TParsed;
  readonly returned: TReturn;
  readonly output: TOutput;
  readonly errors: TErrors;
}

/**
 * A described procedure. `TInput` is what a caller sends, `TParsed` what the handler gets, `TReturn` what the handler returns,
 * `TOutput` what the caller receives (for a subscription: one event), `TErrors` the declared errors' data by name, `TTraits` what else types
 * say of it (`traits.ts`).
 */
export interface Procedure<TKind extends ProcedureKind, TInput, TParsed, TReturn, TOutput, TErrors, TTraits = unknown> {
  readonly kind: TKind;
  readonly input: SchemaSource | undefined;
  /** Output of a call, or event of a subscription. */
  readonly output: SchemaSource | undefined;
  readonly errors: Readonly<Record<string, ErrorDefinition>>;
  readonly route: Route | undefined;
  readonly meta: ProcedureMeta;
  /** Types only; never set. */
  readonly '~types'?: ProcedureTypes<TInput, TParsed, TReturn, TOutput, TErrors>;
  /** Types only; never set. */
  readonly '~traits'?: TTraits;
}

export type AnyProcedure = Procedure<ProcedureKind, unknown, unknown, unknown, unknown, unknown>;

/** No declared errors. */
export type NoErrors = Record<never, never>;

type ErrorSources<TErrors> = { readonly [TName in keyof TErrors]: ErrorSource<TErrors[TName]> };

interface CommonDefinition<TInput, TParsed, TErrors, TAuth = Auth, TDeprecation = Deprecation | undefined> {
  /** What the caller sends. Absent: the procedure takes nothing. */
  readonly input?: SchemaSource<TInput, TParsed>;
  /** Errors the caller can tell apart, by name; the schema is their data. */
  readonly errors?: ErrorSources<TErrors>;
  /** @default 'user' */
  readonly auth?: TAuth;
  /** More calls of one caller are TOO_MANY_REQUESTS, with the time after which to come back. @default no limit */
  readonly rateLimit?: RateLimit;
  readonly summary?: string;
  /** Editors strike its calls through. @default not deprecated */
  readonly deprecated?: TDeprecation;
}

export interface QueryDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth = Auth, TDeprecation = Deprecation | undefined>
  extends CommonDefinition<TInput, TParsed, TErrors, TAuth, TDeprecation> {
  /** What the caller receives. Absent: nothing. */
  readonly output?: SchemaSource<TReturn, TOutput>;
  /** A route for clients that speak plain REST. */
  readonly rest?: RouteTemplate | RouteOptions;
}

export interface MutationDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth = Auth, TDeprecation = Deprecation | undefined>
  extends QueryDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth, TDeprecation> {
  /** Repeating the call leaves the same state. @default false */
  readonly idempotent?: boolean;
}

export interface SubscriptionDefinition<
  TInput,
  TParsed,
  TReturn,
  TOutput,
  TErrors,
  TAuth = Auth,
  TDeprecation = Deprecation | undefined,
  TSequenced = boolean,
> extends CommonDefinition<TInput, TParsed, TErrors, TAuth, TDeprecation> {
  /** One event: what is published is its input type, what the client sees its output type. */
  readonly event: SchemaSource<TReturn, TOutput>;
  /** How long events stay for a client that comes back. @default '24h' */
  readonly retain?: Retention;
  /**
   * Events go through a FIFO queue whose one reader numbers them, in place of publishers that number by themselves and overtake each other:
   * for topics with more than some 100 publishes a second. Order within a publisher, offsets without holes and keys stay what they are. It
   * costs the publisher the event's id (`publish` resolves with nothing, once the event is in the queue), subscribers some 50 ms, and a publish
   * the price of a message. Nothing that a client sees of the contract changes. @default false
   */
  readonly sequenced?: TSequenced;
}

/**
 * The type itself, but no place to infer it from. `service` expects procedures of `unknown`, and without this TypeScript takes that
 * expectation for the input of a procedure that declares none. `NoInfer` does the same and is then printed into every declaration.
 */
type Settled<TType> = [TType] extends [infer TSame] ? TSame : never;

type Described<TKind extends ProcedureKind, TInput, TParsed, TReturn, TOutput, TErrors, TTraits> = Procedure<
  TKind,
  Settled<TInput>,
  Settled<TParsed>,
  Settled<TReturn>,
  Settled<TOutput>,
  Settled<TErrors>,
  TTraits
>;

/** Describes a call that reads. */
export function query<
  TInput = void,
  TParsed = TInput,
  TReturn = void,
  TOutput = TReturn,
  TErrors = NoErrors,
  const TAuth extends Auth = 'user',
  const TDeprecation extends Deprecation | undefined = undefined,
>(
  definition: QueryDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth, TDeprecation>,
): Described<'query', TInput, TParsed, TReturn, TOutput, TErrors, AuthTrait<TAuth> & DeprecationTrait<TDeprecation>> {
  return describe('query', definition, definition.output, definition.rest, {});
}

/** Describes a call that changes something. */
export function mutation<
  TInput = void,
  TParsed = TInput,
  TReturn = void,
  TOutput = TReturn,
  TErrors = NoErrors,
  const TAuth extends Auth = 'user',
  const TDeprecation extends Deprecation | undefined = undefined,
>(
  definition: MutationDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth, TDeprecation>,
): Described<'mutation', TInput, TParsed, TReturn, TOutput, TErrors, AuthTrait<TAuth> & DeprecationTrait<TDeprecation>> {
  return describe('mutation', definition, definition.output, definition.rest, { idempotent: definition.idempotent ?? false });
}

/** Describes a stream of events over the socket. */
export function subscription<
  TReturn,
  TOutput,
  TInput = void,
  TParsed = TInput,
  TErrors = NoErrors,
  const TAuth extends Auth = 'user',
  const TDeprecation extends Deprecation | undefined = undefined,
  const TSequenced extends boolean = false,
>(
  definition: SubscriptionDefinition<TInput, TParsed, TReturn, TOutput, TErrors, TAuth, TDeprecation, TSequenced>,
): Described<
  'subscription',
  TInput,
  TParsed,
  TReturn,
  TOutput,
  TErrors,
  AuthTrait<TAuth> & DeprecationTrait<TDeprecation> & SequenceTrait<TSequenced>
> {
  const { event, retain = '24h', sequenced = false } = definition;
  return describe('subscription', definition, event, undefined, { retainSeconds: retentionSeconds(retain), sequenced });
}

function describe<TKind extends ProcedureKind>(
  kind: TKind,
  definition: CommonDefinition<unknown, unknown, unknown>,
  output: SchemaSource | undefined,
  rest: RouteTemplate | RouteOptions | undefined,
  extra: { idempotent?: boolean; retainSeconds?: number; sequenced?: boolean },
) {
  return {
    kind,
    input: definition.input,
    output,
    errors: errorDefinitions((definition.errors ?? {}) as Readonly<Record<string, ErrorSource<unknown>>>),
    route: rest === undefined ? undefined : parseRoute(rest),
    meta: {
      auth: definition.auth ?? 'user',
      summary: definition.summary,
      deprecated: definition.deprecated,
      retainSeconds: extra.retainSeconds,
      sequenced: extra.sequenced ?? false,
      idempotent: extra.idempotent ?? false,
      callerLimit: callerLimit(definition.rateLimit ?? {}),
    },
  };
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

function retentionSeconds(retain: Retention): number {
  const match = /^(\d+)([smhd])$/.exec(retain);
  const seconds = match ? Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS] : 0;
  if (seconds > 0) return seconds;
  throw new TypeError(
    `[CONTRACT] malformed retain: got "${retain}", expected a whole number above 0 and a unit, such as "30m", "24h" or "7d"`,
  );
}
