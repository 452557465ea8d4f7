/**
 * What a worker's handler is, typed by its declaration: what it is given by its source, and `ctx` by `uses` and `announces`. A message that
 * is not in the source, or an operation that `uses` does not allow, does not compile.
 */

import type { AnyService } from '@org/gateway-core';
import type { GatewayError } from '@org/gateway-core/errors';
import type { ClientsOf, Publish } from '../execute/handler-types.js';
import type { Uses } from '../service/define-service.js';
import type { GraphFields } from '../service/graph.js';
import type { TableChanges } from '../service/table.js';
import type { WorkerDeclaration, WorkerSource } from '../service/worker.js';
import type { Logger } from '../telemetry/logger.js';

/** What every worker finds on `ctx`. */
export interface WorkerFacts {
  /** Lambda's request id of this invocation. */
  readonly requestId: string;
  /** Epoch milliseconds. */
  now(): number;
  readonly log: Logger;
}

type Announcing<TAnnounces> = TAnnounces extends AnyService ? { readonly publish: Publish<TAnnounces> } : unknown;

/** `ctx`: facts, the clients of `uses`, and `publish` to the subscriptions of the service that the worker announces for. */
export type WorkerContext<TUses extends Uses, TAnnounces> = WorkerFacts & ClientsOf<TUses> & Announcing<TAnnounces>;

/** A change of a table's item: written, as it is now and as it was before, or removed, as it was last. */
export type Change<TItem> =
  | { readonly kind: 'put'; readonly item: TItem; readonly before?: TItem | undefined }
  | { readonly kind: 'remove'; readonly item: TItem };

/** A message of a bus, as it arrives. */
export interface ReceivedMessage<TName, TData> {
  readonly name: TName;
  readonly data: TData;
  /** The same again when a message arrives twice. */
  readonly id: string;
  readonly key: string;
  readonly publishedAtMs: number;
  /** 1 for the first; a bus table's stream does not count and always says 1. */
  readonly attempt: number;
}

type Awaitable<TValue> = TValue | Promise<TValue>;

/** Given one change. Rejecting has it tried again, and with it everything after it in the stream's shard. */
export type ChangeHandler<TItem, TContext> = (options: {
  readonly change: Change<TItem>;
  readonly sequenceNumber: string;
  readonly ctx: TContext;
}) => Awaitable<void>;

/** Given one message. Rejecting has it tried again, and then put in the dead-letter queue. */
export type MessageHandler<TMessage, TContext> = (options: { readonly message: TMessage; readonly ctx: TContext }) => Awaitable<void>;

/** Resolves one root field. What it returns is checked by the GraphQL schema; a GatewayError becomes an error of the field. */
export type FieldHandler<TContext> = (options: {
  /** Arguments of the field, as the GraphQL schema lets them pass. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly ctx: TContext;
}) => Awaitable<unknown | GatewayError>;

type MessageUnion<TData> = { readonly [TName in keyof TData]: ReceivedMessage<TName, TData[TName]> }[keyof TData];

/** The handler, or handlers by field, of a source. */
export type WorkerHandler<TSource, TContext> =
  TSource extends TableChanges<infer TItem>
    ? ChangeHandler<TItem, TContext>
    : TSource extends GraphFields<infer TField>
      ? { readonly [TEach in TField]: FieldHandler<TContext> }
      : TSource extends { readonly kind: 'messages'; readonly '~data'?: infer TData }
        ? MessageHandler<MessageUnion<NonNullable<TData>>, TContext>
        : never;

/** A handler without its types, as the runtime calls it. */
export type AnyWorkerHandler = (options: never) => unknown;

/** A worker with its handler, or its handlers by field. */
export interface WorkerImplementation {
  readonly declaration: WorkerDeclaration<WorkerSource, Uses, AnyService | undefined>;
  readonly handler: AnyWorkerHandler | Readonly<Record<string, AnyWorkerHandler>>;
}
