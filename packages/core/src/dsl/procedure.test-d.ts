/**
 * Types of described procedures: which side of a schema a caller, a handler and a client see, for every kind of schema that has
 * two sides, and that errors keep their exact data. Compiled by `tsc -b`; nothing here runs.
 */

import * as z from 'zod';
import * as mini from 'zod/mini';
import { type Exact, exact } from '../exact.test-d.js';
import { type Contract, defineContract } from './contract.js';
import { error } from './declared-error.js';
import type { ErrorsOf, InputOf, OutputOf, ParsedOf, ReturnOf } from './infer.js';
import { type AnyProcedure, type Auth, mutation, type NoErrors, query, subscription } from './procedure.js';
import { service } from './service.js';
import type { Deprecated, Having, Sequenced, SignedIn } from './traits.js';

const IsoDate = () => z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });

const things = service('things', {
  everything: query({
    input: () =>
      z.object({
        transformed: z.string().transform((text) => text.length),
        coerced: z.coerce.number<string>(),
        defaulted: z.int().default(20),
        optional: z.string().optional(),
        codec: IsoDate(),
        piped: z.string().pipe(z.transform((text) => text.split(','))),
      }),
    output: () =>
      z.object({ defaulted: z.int().default(1), at: IsoDate(), kind: z.enum(['a', 'b']), rest: z.record(z.string(), z.null()) }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }), LOCKED: error('CONFLICT', z.object({ by: z.enum(['you', 'them']) })) },
  }),
  nothing: query({}),
  onlyInput: mutation({ input: z.object({ id: z.string() }) }),
  onlyOutput: query({ output: z.literal('ok') }),
  small: query({ input: () => mini.object({ id: mini.optional(mini.string()) }), output: mini.array(mini.number()) }),
  events: subscription({ event: () => z.object({ at: IsoDate() }) }),
  eventsOf: subscription({ input: z.object({ folder: z.string().default('all') }), event: z.string(), errors: { FORBIDDEN: z.null() } }),
});

type Things = typeof things.procedures;
type Everything = Things['everything'];

// A caller sends z.input.
exact<
  Exact<
    InputOf<Everything>,
    { transformed: string; coerced: string; defaulted?: number | undefined; optional?: string | undefined; codec: string; piped: string }
  >
>();
// A handler gets z.output of the input.
exact<
  Exact<
    ParsedOf<Everything>,
    { transformed: number; coerced: number; defaulted: number; optional?: string | undefined; codec: Date; piped: string[] }
  >
>();
// A handler returns z.input of the output.
exact<Exact<ReturnOf<Everything>, { defaulted?: number | undefined; at: string; kind: 'a' | 'b'; rest: Record<string, null> }>>();
// A client sees z.output.
exact<Exact<OutputOf<Everything>, { defaulted: number; at: Date; kind: 'a' | 'b'; rest: Record<string, null> }>>();
// Declared errors keep their exact data.
exact<Exact<ErrorsOf<Everything>, { NOT_FOUND: { id: string }; LOCKED: { by: 'you' | 'them' } }>>();

// What is not declared is void, inside a service too, where `unknown` is expected of every procedure.
exact<Exact<InputOf<Things['nothing']>, void>>();
exact<Exact<ParsedOf<Things['nothing']>, void>>();
exact<Exact<ReturnOf<Things['nothing']>, void>>();
exact<Exact<OutputOf<Things['nothing']>, void>>();
exact<Exact<ErrorsOf<Things['nothing']>, NoErrors>>();
exact<Exact<keyof ErrorsOf<Things['nothing']>, never>>();
exact<Exact<OutputOf<Things['onlyInput']>, void>>();
exact<Exact<InputOf<Things['onlyOutput']>, void>>();
exact<Exact<OutputOf<Things['onlyOutput']>, 'ok'>>();

// zod/mini works like zod.
exact<Exact<InputOf<Things['small']>, { id?: string | undefined }>>();
exact<Exact<OutputOf<Things['small']>, number[]>>();

// A subscription publishes the event's input and delivers its output.
exact<Exact<InputOf<Things['events']>, void>>();
exact<Exact<ReturnOf<Things['events']>, { at: string }>>();
exact<Exact<OutputOf<Things['events']>, { at: Date }>>();
exact<Exact<ParsedOf<Things['eventsOf']>, { folder: string }>>();
exact<Exact<ErrorsOf<Things['eventsOf']>, { FORBIDDEN: null }>>();

// Kinds are literal, and a described procedure is any procedure.
exact<Exact<Things['everything']['kind'], 'query'>>();
exact<Exact<Things['events']['kind'], 'subscription'>>();
export const anyProcedure: AnyProcedure = things.procedures.everything;

// Traits: who is sure to be signed in, what is deprecated and by what replaced, what a sequencer numbers. An `auth` that may be public is.
type TraitsOf<TProcedure> = TProcedure extends Having<infer TTraits> ? TTraits : never;
const use = { since: '2026-05-01', use: 'things.everything' } as const;
const [byUser, byScopes, open, old, hot] = [
  query({ auth: 'user' }),
  mutation({ auth: { scopes: ['things:write'] } }),
  query({ auth: 'public' as Auth }),
  mutation({ auth: 'public', deprecated: use }),
  subscription({ event: z.string(), sequenced: true }),
];
exact<Exact<TraitsOf<Things['nothing']>, SignedIn>>();
exact<Exact<TraitsOf<typeof byUser>, SignedIn>>();
exact<Exact<TraitsOf<typeof byScopes>, SignedIn>>();
exact<Exact<TraitsOf<typeof open>, unknown>>();
exact<Exact<TraitsOf<typeof old>, Deprecated<typeof use>>>();
exact<Exact<TraitsOf<typeof hot>, SignedIn & Sequenced>>();

// Service names are literal, and the annotated constant of a contract accepts its services and no others.
exact<Exact<typeof things.name, 'things'>>();
export const contract: Contract<{ things: typeof things }> = defineContract({ things });
// @ts-expect-error a service that the annotation does not name
export const surplus: Contract<{ things: typeof things; others: typeof things }> = defineContract({ things });

// @ts-expect-error a schema is a zod schema or a function that makes one, not a plain object
query({ input: { id: 'string' } });
// @ts-expect-error PUT is no method of a route
query({ rest: 'PUT /things' });
// @ts-expect-error a route begins with a slash
query({ rest: 'GET things' });
// @ts-expect-error a retention has a unit
subscription({ event: z.string(), retain: '24' });
// @ts-expect-error a subscription has no route
subscription({ event: z.string(), rest: 'GET /things' });
// @ts-expect-error a subscription has an event
subscription({ input: z.object({}) });
// @ts-expect-error only mutations say whether they may be repeated
query({ idempotent: true });
// @ts-expect-error an error is sent as one of the standard codes
error('TEAPOT', z.object({}));
// @ts-expect-error a misspelled property
query({ outputs: z.string() });
