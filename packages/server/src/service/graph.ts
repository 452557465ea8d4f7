/**
 * An AppSync GraphQL API as a service declares it: its schema, and the operations that services send to it, typed by zod schemas of their
 * variables and data. Off by default: with `graph: false` in the stage's settings nothing that uses it is deployed. Its fields are resolved
 * by a worker (`worker.ts`, source `fields`).
 */

import type { Schema } from '@org/gateway-core';
import { checkResourceName, type Grant, type GrantStatement, type GrantTarget } from './grant.js';

export interface GraphResource {
  readonly kind: 'graph';
  readonly name: string;
  /** The schema, in GraphQL's schema definition language. */
  readonly schema: string;
}

/** An operation: one GraphQL document with the schemas of what goes in and what comes out. */
export interface GraphOperation<TVariables, TData> {
  /** `query ($id: ID!) { document(id: $id) { title } }` */
  readonly document: string;
  /** The root fields that the document asks for: what IAM is asked about. */
  readonly fields: readonly GraphField[];
  readonly variables: () => Schema<unknown, TVariables>;
  /** Schema of `data`. */
  readonly data: () => Schema<unknown, TData>;
}

export type GraphField = `Query.${string}` | `Mutation.${string}`;

type OperationRecord = Readonly<Record<string, GraphOperation<unknown, unknown>>>;

/**
 * The granted operations as functions. Each rejects with a GatewayError: FAILED_DEPENDENCY (424) with GraphQL's own messages in the log when
 * the answer has errors or does not fit, SERVICE_UNAVAILABLE when throttled or out of reach, INTERNAL_SERVER_ERROR otherwise.
 */
export type GraphClient<TOperations extends OperationRecord> = {
  readonly [TName in keyof TOperations]: TOperations[TName] extends GraphOperation<infer TVariables, infer TData>
    ? (variables: TVariables) => Promise<TData>
    : never;
};

export interface GraphGrant<TClient> extends Grant<TClient> {
  readonly resource: GraphResource;
  readonly queries: OperationRecord;
}

/** A declared GraphQL API. */
export interface Graph<TOperations extends OperationRecord> {
  readonly resource: GraphResource;
  allow<const TNames extends readonly (keyof TOperations & string)[]>(
    ...operations: TNames
  ): GraphGrant<GraphClient<Pick<TOperations, TNames[number]>>>;
  /** Fields of the root types, as the source of the worker that resolves them. */
  fields<const TFields extends readonly GraphField[]>(...fields: TFields): GraphFields<TFields[number]>;
}

/** Root fields as the source of a worker. */
export interface GraphFields<TField extends GraphField> {
  readonly kind: 'fields';
  readonly resource: GraphResource;
  readonly fields: readonly TField[];
}

/** Types an operation by its schemas. */
export function graphOperation<TVariables, TData>(operation: GraphOperation<TVariables, TData>): GraphOperation<TVariables, TData> {
  return operation;
}

/**
 * Declares a GraphQL API.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function graph<TOperations extends OperationRecord>(
  name: string,
  { schema, operations: queries }: { readonly schema: string; readonly operations: TOperations },
): Graph<TOperations> {
  checkResourceName('graph', name);
  const resource: GraphResource = { kind: 'graph', name, schema };
  return {
    resource,
    allow: (...operations) => ({
      resource,
      queries,
      operations,
      statements: [statementOf(operations.map((each) => queries[each] as GraphOperation<unknown, unknown>))],
    }),
    fields: (...fields) => ({ kind: 'fields', resource, fields }),
  };
}

function statementOf(operations: readonly GraphOperation<unknown, unknown>[]): GrantStatement {
  const fields = [...new Set(operations.flatMap((operation) => operation.fields))].sort();
  return { actions: ['appsync:GraphQL'], targets: fields.map(targetOf) };
}

function targetOf(rootField: GraphField): GrantTarget {
  const [type, field] = rootField.split('.') as ['Query' | 'Mutation', string];
  return { part: 'field', type, field };
}
