/**
 * One DynamoDB per account and region, each with its own tables. A call is for the account of its caller, unless it names a table by ARN.
 * The stage's own keeps its data in the folder given, every other in one beside it.
 */

import type { FaultBoard } from '../../faults/board.js';
import type { Authorize } from '../../iam/authorize.js';
import type { Clock, Environment, Report, StreamSource } from '../../parts.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import type { ServiceFaults } from '../service-module.js';
import type { Input } from './operations.js';
import { type Place, placeOf, placeOfCall } from './place.js';
import { createDynamoService, type DynamoService } from './service.js';

export interface DynamoAccountsOptions {
  /** The stage's own account and region. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly report: Report;
  readonly authorize: Authorize;
  /** @default nothing fails */
  readonly faults?: ServiceFaults;
  /** What makes reads stale. @default nothing */
  readonly board?: FaultBoard;
  /** Folder of the data; `undefined` keeps it in memory. */
  readonly folder: string | undefined;
}

export interface DynamoAccounts {
  readonly handle: WireHandler;
  readonly streams: StreamSource;
  /** Makes a table in an account. @param environment @default the stage's own */
  createTable(properties: Input, tableName: string, environment?: Environment): Promise<{ arn: string; streamArn?: string }>;
  close(): Promise<void>;
}

/** Databases are opened on first use. */
export function createDynamoAccounts(options: DynamoAccountsOptions): DynamoAccounts {
  const own = options.environment;
  const services = new Map<string, DynamoService>();
  const open = (environment: Environment): DynamoService => {
    const key = keyOf(environment);
    const found = services.get(key);
    if (found !== undefined) return found;
    const folder = options.folder !== undefined && key !== keyOf(own) ? `${options.folder}-${key}` : options.folder;
    const service = createDynamoService({ ...options, environment, folder });
    services.set(key, service);
    return service;
  };
  open(own);

  /** The region is the one that was asked for, if the account has tables there. */
  const serviceOf = ({ accountId, region }: Place): DynamoService => {
    const exact = services.get(`${accountId}-${region}`);
    const near = [...services].find(([key]) => key.startsWith(`${accountId}-`))?.[1];
    return exact ?? near ?? open({ ...own, accountId });
  };
  const ofArn = (arn: string): DynamoService => serviceOf(placeOf(arn) ?? own);

  return {
    handle: (request) => serviceOf(services.size === 1 ? own : placeOfCall(request, own)).handle(request),
    streams: {
      read: (arn, after, limit) => ofArn(arn).streams.read(arn, after, limit),
      latest: (arn) => ofArn(arn).streams.latest(arn),
      watch: (arn, wake) => ofArn(arn).streams.watch(arn, wake),
    },
    createTable: (properties, tableName, environment = own) => open(environment).createTable(properties, tableName),
    async close() {
      await Promise.all([...services.values()].map((service) => service.close()));
    },
  };
}

function keyOf({ accountId, region }: Place): string {
  return `${accountId}-${region}`;
}
