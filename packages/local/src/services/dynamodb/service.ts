/**
 * The DynamoDB stand-in as a whole: opened on first use, it answers verified calls on DynamoDB's wire, makes the tables of a
 * template, is the source of their streams, and sweeps what has expired.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html - no PartiQL, backups, exports or global replicas.
 */
import type { FaultBoard } from '../../faults/board.js';
import type { Authorize } from '../../iam/authorize.js';
import type { Clock, Environment, Principal, Report, StreamSource } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { jsonErrorResponse, jsonResponse, readJsonObject, readTarget } from '../../wire/aws-json.js';
import type { WireHandler, WireResponse } from '../../wire/wire-handler.js';
import type { ServiceFaults } from '../service-module.js';
import type { TableRecord } from './dynalite.js';
import { dynamoError, errorNamespace } from './errors.js';
import { createKeyLocks } from './key-locks.js';
import { type Input, OPERATIONS, type OperationParts } from './operations.js';
import { checkPermission, checkStreamPermission } from './permission.js';
import { StaleReads } from './stale-reads.js';
import { openStore } from './store.js';
import { openStreams } from './streams.js';
import { withTableNames } from './table-names.js';
import { createTables } from './tables.js';
import { readTemplateTable } from './template-table.js';
import { createTimeToLive } from './time-to-live.js';
import { createTransactWriter } from './transact-write.js';

export interface DynamoOptions {
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

export interface DynamoService {
  readonly handle: WireHandler;
  readonly streams: StreamSource;
  createTable(properties: Input, tableName: string): Promise<{ arn: string; streamArn?: string }>;
  close(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 10_000;

const CONTENT_TYPE = 'application/x-amz-json-1.0';

export function createDynamoService(options: DynamoOptions): DynamoService {
  const { environment, clock, report } = options;
  const stale = options.board && new StaleReads(options.board, clock);
  let opening: Promise<OperationParts> | undefined;
  let cancelSweep: (() => void) | undefined;
  let sweeping: Promise<void> = Promise.resolve();
  let closed = false;

  async function open(): Promise<OperationParts> {
    if (closed) throw new Error('the AWS endpoint is closed');
    const store = await openStore(environment, options.folder);
    const engine = { store, locks: createKeyLocks(), streams: await openStreams(store, environment, clock), ...(stale && { stale }) };
    const parts = {
      engine,
      tables: createTables(engine, clock),
      timeToLive: createTimeToLive(engine, clock),
      transactions: createTransactWriter(engine, clock),
    };
    await parts.tables.resume();
    scheduleSweep(parts);
    return parts;
  }

  function parts(): Promise<OperationParts> {
    opening ??= open();
    return opening;
  }

  function scheduleSweep(of: OperationParts): void {
    if (closed) return;
    cancelSweep = clock.after(SWEEP_INTERVAL_MS, () => {
      sweeping = sweep(of).finally(() => scheduleSweep(of));
    });
  }

  async function sweep({ engine, timeToLive, transactions }: OperationParts): Promise<void> {
    try {
      await timeToLive.sweep();
      await engine.streams.trim();
      await transactions.forgetTokens();
    } catch (error) {
      if (!closed) report({ level: 'error', part: 'dynamodb', message: `the sweep of expired items failed: ${String(error)}` });
    }
  }

  return {
    handle: (request) => answer(options, parts, request),
    streams: {
      read: async (arn, after, limit) => (await parts()).engine.streams.read(arn, after, limit),
      latest: async (arn) => (await parts()).engine.streams.latest(arn),
      watch: (arn, wake) => watchWhenOpen(parts(), arn, wake),
    },
    async createTable(properties, tableName) {
      const { tables, timeToLive } = await parts();
      const { input, ttlAttribute } = readTemplateTable(properties, tableName);
      const table = await tables.ensure(input);
      await timeToLive.ensure(tableName, ttlAttribute);
      const streamArn = table.StreamSpecification?.StreamEnabled ? table.LatestStreamArn : undefined;
      return { arn: table.TableArn, ...(streamArn !== undefined && { streamArn }) };
    },
    async close() {
      closed = true;
      cancelSweep?.();
      const opened = await opening?.catch(() => undefined);
      await sweeping;
      cancelSweep?.();
      await opened?.engine.store.close();
    },
  };
}

/** `watch` is not a promise: it begins as soon as the database is open. */
function watchWhenOpen(opening: Promise<OperationParts>, streamArn: string, wake: () => void): () => void {
  let stop: (() => void) | undefined;
  let stopped = false;
  opening.then(
    ({ engine }) => {
      if (!stopped) stop = engine.streams.watch(streamArn, wake);
    },
    () => undefined,
  );
  return () => {
    stopped = true;
    stop?.();
  };
}

async function answer(
  options: DynamoOptions,
  parts: () => Promise<OperationParts>,
  request: Parameters<WireHandler>[0],
): Promise<WireResponse> {
  try {
    const target = readTarget(request.headers['x-amz-target']);
    if (target?.prefix === 'DynamoDBStreams_20120810')
      return await answerStreams(options, parts, { ...request, operation: target.operation });
    const run =
      target?.prefix === 'DynamoDB_20120810' && Object.hasOwn(OPERATIONS, target.operation) ? OPERATIONS[target.operation] : undefined;
    if (!target || !run) {
      const name = String(request.headers['x-amz-target'] ?? 'a request without X-Amz-Target');
      options.report({ level: 'warn', part: 'dynamodb', message: `${name} is not implemented by the local stage` });
      throw dynamoError('UnknownOperationException', `${name} is not an operation of the local DynamoDB`);
    }
    const body = readJsonObject(request.body);
    if (!body) throw dynamoError('SerializationException', 'expected the body to be a JSON object');
    const input = withTableNames(body);
    const opened = await parts();
    const findTable = (tableName: string) => opened.engine.store.findTable(tableName);
    checkPermission({ ...options, findTable }, { operation: target.operation, input, principal: request.principal });
    const output = await run(opened, input);
    const { stale } = opened.engine;
    const isRead = READS.has(target.operation);
    return jsonResponse(stale && isRead ? stale.older(readTable(opened, input), input, output) : output, CONTENT_TYPE);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, CONTENT_TYPE, errorNamespace(error.code));
  }
}

/** Those that may be stale. */
const READS = new Set(['GetItem', 'Query', 'Scan']);

/** The table of a read, undefined for operations on several or none. */
function readTable({ engine }: OperationParts, { TableName: name }: Input): TableRecord | undefined {
  return typeof name === 'string' ? engine.store.findTable(name) : undefined;
}

/** The API of streams has the same address and signature, and another prefix. */
async function answerStreams(
  { clock, authorize }: DynamoOptions,
  parts: () => Promise<OperationParts>,
  { operation, body, principal }: { readonly operation: string; readonly body: Buffer; readonly principal: Principal },
): Promise<WireResponse> {
  const { STREAMS_OPERATIONS } = await import('../dynamodb-streams/operations.js');
  const found = Object.hasOwn(STREAMS_OPERATIONS, operation) ? STREAMS_OPERATIONS[operation] : undefined;
  if (found === undefined) throw dynamoError('UnknownOperationException', `${operation} is not an operation of DynamoDB Streams`);
  const input = readJsonObject(body);
  if (input === undefined) throw dynamoError('SerializationException', 'expected the body to be a JSON object');
  const nowMs = clock.now();
  checkStreamPermission(authorize, { operation, resource: found.resource(input, nowMs), principal });
  const { store, streams } = (await parts()).engine;
  return jsonResponse(await found.run({ streams, tables: store.tables(), nowMs }, input), CONTENT_TYPE);
}
