/**
 * Has the contract's schemas check what goes to the gateway and what comes from it. The server checks both anyway (PROTOCOL.md P2.7, P2.8):
 * this one saves the way for an input that does not fit, and notices a server of another version. It brings the contract, and with it zod,
 * into the bundle. Schemas with asynchronous refinements are left to the server.
 */

import { type AnyContract, type AnyProcedure, type RunnableSchema, type SchemaIssue, type SchemaSource, schemaOf } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import type { CallCheck } from '../options.js';
import { procedureAt } from '../procedure-at.js';
import { isRepeatable } from './is-repeatable.js';

/** As many as a server sends. */
const MAX_ISSUES = 50;

/**
 * What `validate` of a client's options takes. An input that does not fit is a BAD_REQUEST with `issues`, and nothing is sent; an answer or
 * an event that does not fit is INVALID_REPLY with `issues`. Answers come out as the schema returns them: without fields that it does not
 * have. An output that is transformed into something its own schema would refuse is not looked at.
 */
export function validator(contract: AnyContract): CallCheck {
  return (path, input, run, tracked) => {
    const procedure = procedureAt(contract, path);
    // What the contract does not know is the server's to refuse.
    return procedure ? checked(path, procedure, { input, run: run as () => never, tracked }) : run();
  };
}

interface Run {
  readonly input: unknown;
  readonly run: () => never;
  readonly tracked: boolean | undefined;
}

/** A promise of a call, or the iterator of a subscription. */
function checked(path: string, { kind, input: wanted, output }: AnyProcedure, { input, run, tracked }: Run): never {
  const reply = (data: unknown) => fitting(path, 'INVALID_REPLY', output, data);
  const call = async () => {
    inputFits(path, wanted, input);
    return reply(await (run as () => unknown)());
  };
  if (kind !== 'subscription') return call() as never;
  inputFits(path, wanted, input);
  return withEvents(run(), (value) => {
    if (!tracked) return reply(value);
    const event = value as { readonly data: unknown };
    return { ...event, data: reply(event.data) };
  }) as never;
}

function withEvents(feed: AsyncIterator<unknown>, check: (value: unknown) => unknown): AsyncIterator<unknown> {
  return {
    ...feed,
    async next() {
      const { done, value } = await feed.next();
      if (done) return { done, value };
      try {
        return { done: false, value: check(value) };
      } catch (error) {
        await feed.return?.();
        throw error;
      }
    },
  };
}

function inputFits(path: string, wanted: SchemaSource | undefined, input: unknown): void {
  if (wanted) parsed(path, 'BAD_REQUEST', schemaOf(wanted), input);
}

/** The data as the schema returns it. */
function fitting(path: string, code: 'INVALID_REPLY', source: SchemaSource | undefined, data: unknown): unknown {
  if (!source) return data;
  const schema = schemaOf(source);
  return isRepeatable(schema) ? parsed(path, code, schema, data) : data;
}

const TEXTS = {
  BAD_REQUEST: 'was given an input that does not fit',
  INVALID_REPLY: 'answered what its contract does not allow: is the page older than the server?',
} as const;

function parsed(path: string, code: keyof typeof TEXTS, schema: RunnableSchema, value: unknown): unknown {
  const result = tryParse(schema, value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MAX_ISSUES).map(({ path: at, message }: SchemaIssue) => ({ path: at, message }));
  const [first] = issues;
  const where = first?.path.length ? `${first.path.map(String).join('.')}: ` : '';
  throw new GatewayError(code, `[${code}] ${path} ${TEXTS[code]} (${where}${first?.message})`, { path, issues });
}

/** What the synchronous path of zod cannot do is passed over. Its error's class keeps no name through a minifier, so none is asked for. */
function tryParse(schema: RunnableSchema, value: unknown): ReturnType<RunnableSchema['safeParse']> {
  try {
    return schema.safeParse(value);
  } catch {
    return { success: true, data: value };
  }
}
