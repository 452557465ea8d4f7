/**
 * A worker: a function that no caller waits for. What sets it to work is its source: the changes of a table, messages of a bus, or fields
 * of a GraphQL API. Data only: handlers read its types, the runtime its variables, infra its queue, mapping and permissions.
 */

import type { AnyService, MessageGroup } from '@org/gateway-core';
import type { BusMessages } from './bus.js';
import { checkUses, type Uses } from './define-service.js';
import type { GraphField, GraphFields } from './graph.js';
import type { TableChanges } from './table.js';

/** What sets a worker to work. */
export type WorkerSource = TableChanges<unknown> | BusMessages<MessageGroup['messages'], string> | GraphFields<GraphField>;

export interface WorkerOptions<TSource, TUses, TAnnounces> {
  readonly source: TSource;
  /** Resources by the name they have on `ctx`. */
  readonly uses: TUses;
  /** A service whose subscriptions the worker publishes to, as `ctx.publish`. @default none */
  readonly announces?: TAnnounces;
  /** @default 512 */
  readonly memoryMb?: number;
  /** @default 60; 28 for fields of a graph, whose callers wait */
  readonly timeoutSeconds?: number;
  /** Records or messages of one invocation, at most. @default 10 */
  readonly batchSize?: number;
  /** Times a record or message is tried before it goes to the dead-letter queue. @default 5 */
  readonly maxAttempts?: number;
}

/** A declared worker. */
export interface WorkerDeclaration<TSource, TUses extends Uses, TAnnounces extends AnyService | undefined> {
  readonly name: string;
  readonly source: TSource;
  readonly uses: TUses;
  readonly announces: TAnnounces;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly batchSize: number;
  readonly maxAttempts: number;
}

export type AnyWorkerDeclaration = WorkerDeclaration<WorkerSource, Uses, AnyService | undefined>;

const NAME = /^[a-z][A-Za-z0-9]{0,31}$/;

/**
 * Declares a worker. Its code is `apps/api/src/{name}/main.ts`.
 *
 * @throws TypeError for a malformed name, or a resource that takes the name of something `ctx` has anyway.
 */
export function defineWorker<TSource extends WorkerSource, TUses extends Uses, TAnnounces extends AnyService | undefined = undefined>(
  name: string,
  options: WorkerOptions<TSource, TUses, TAnnounces>,
): WorkerDeclaration<TSource, TUses, TAnnounces> {
  if (!NAME.test(name))
    throw new TypeError(
      `[SERVICE] bad name for a worker: got "${name}", expected letters and digits starting with a small letter, at most 32`,
    );
  checkUses(`worker ${name}`, options.uses);
  return {
    name,
    source: options.source,
    uses: options.uses,
    announces: options.announces as TAnnounces,
    memoryMb: options.memoryMb ?? 512,
    timeoutSeconds: options.timeoutSeconds ?? (options.source.kind === 'fields' ? 28 : 60),
    batchSize: options.batchSize ?? 10,
    maxAttempts: options.maxAttempts ?? 5,
  };
}
