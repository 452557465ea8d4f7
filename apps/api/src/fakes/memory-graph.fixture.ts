/**
 * `GraphClient` in memory, for tests of handlers: the root field of an operation is answered by a given resolver, with the variables as its
 * arguments, and the answer is read as the operation's schema says. Which fields the document selects is not looked at.
 */

import { schemaOf } from '@org/gateway-core';
import type { GraphField, GraphGrant } from '@org/gateway-server/service';

export type Resolvers = { readonly [TField in GraphField]?: (args: never) => unknown };

/** The granted operations, answered by resolvers. */
export function memoryGraph({ queries, operations }: GraphGrant<unknown>, resolvers: Resolvers) {
  const answer = async (name: string, variables: unknown) => {
    const { fields, variables: variablesSchema, data: dataSchema } = queries[name] as (typeof queries)[string];
    const args = parse(variablesSchema, variables);
    const answers = fields.map(async (field) => [field.split('.')[1], await resolvers[field]?.(args as never)]);
    return parse(dataSchema, Object.fromEntries(await Promise.all(answers)));
  };
  return Object.fromEntries(operations.map((name) => [name, (variables: unknown) => answer(name, variables)]));
}

function parse(schema: Parameters<typeof schemaOf>[0], value: unknown): unknown {
  const result = schemaOf(schema).safeParse(value);
  if (result.success) return result.data;
  throw new Error(`does not fit: ${JSON.stringify(result.error.issues)}`);
}
