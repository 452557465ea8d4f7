/**
 * TransactWriteItems: up to 100 writes and checks of different items that all happen or none, in one LevelDB batch.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import type { BatchOperation, Item, TableRecord } from './dynalite.js';
import { dynamoError, validationError } from './errors.js';
import { type CheckedRequest, checkRequest } from './requests.js';
import { prefixRange, type Store } from './store.js';
import type { ItemChange } from './streams.js';
import { type CancellationReason, conflictReasons, transactionCanceled } from './transaction-canceled.js';
import { commitChanges, type Engine, evaluateWrite, itemKey, lockName, readReturnOnFailure } from './writes.js';

/** How long a `ClientRequestToken` is remembered. */
const TOKEN_LIFETIME_MS = 10 * 60_000;

const MAX_ACTIONS = 100;
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

const ACTIONS = { ConditionCheck: 'DeleteItem', Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem' } as const;

type ActionName = keyof typeof ACTIONS;

/** One action of the request, checked. `operation` is the single-item operation it is evaluated as. */
interface TransactAction {
  readonly name: ActionName;
  readonly operation: (typeof ACTIONS)[ActionName];
  readonly data: CheckedRequest;
  readonly table: TableRecord;
  readonly returnItem: boolean;
  /** Lock of the item, or why its key does not fit the table. */
  readonly item: { readonly lock: string } | { readonly reason: CancellationReason };
}

interface TokenRecord {
  readonly hash: string;
  readonly expiresAtMs: number;
}

export interface TransactWriter {
  write(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Forgets tokens that are over. */
  forgetTokens(): Promise<void>;
}

export function createTransactWriter(engine: Engine, clock: Clock): TransactWriter {
  const { store } = engine;
  const inProgress = new Set<string>();

  async function withToken(token: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const { ClientRequestToken: _, ...rest } = input;
    const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
    if (inProgress.has(token)) {
      throw dynamoError('TransactionInProgressException', 'The transaction with the given request token is already in progress.');
    }
    inProgress.add(token);
    try {
      const known = (await store.base.db.get(`transaction~${token}`)) as TokenRecord | undefined;
      if (known && known.expiresAtMs > clock.now()) {
        if (known.hash === hash) return {};
        throw dynamoError(
          'IdempotentParameterMismatchException',
          'The request uses the same client token as a previous, but non-identical request.',
        );
      }
      const remember: TokenRecord = { hash, expiresAtMs: clock.now() + TOKEN_LIFETIME_MS };
      return await run(engine, input, [{ type: 'put', key: `transaction~${token}`, value: remember }]);
    } finally {
      inProgress.delete(token);
    }
  }

  return {
    async write(input) {
      const token = input.ClientRequestToken;
      if (token === undefined || token === null) return run(engine, input, []);
      if (typeof token !== 'string' || token.length < 1 || token.length > 36) {
        throw validationError(
          `1 validation error detected: Value '${String(token)}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
        );
      }
      return withToken(token, input);
    },
    async forgetTokens() {
      const over: BatchOperation[] = [];
      for await (const [key, value] of store.entries(prefixRange('transaction~'))) {
        if ((value as TokenRecord).expiresAtMs <= clock.now()) over.push({ type: 'del', key });
      }
      if (over.length > 0) await store.commits.commit(over);
    },
  };
}

async function run(
  engine: Engine,
  input: Readonly<Record<string, unknown>>,
  extra: readonly BatchOperation[],
): Promise<Record<string, unknown>> {
  const actions = readActions(engine.store, input.TransactItems);
  const keyReasons = actions.map(({ item }) => ('reason' in item ? item.reason : undefined));
  if (keyReasons.some((reason) => reason !== undefined)) throw transactionCanceled(keyReasons);
  const locks = actions.map(({ item }) => ('lock' in item ? item.lock : ''));
  if (new Set(locks).size < locks.length) throw validationError('Transaction request cannot include multiple operations on one item');

  const lock = await engine.locks.acquire(locks, 'transaction', 'conflict');
  if ('conflicts' in lock) throw transactionCanceled(conflictReasons(locks, lock.conflicts));
  try {
    const outcomes = await Promise.all(actions.map((action) => evaluate(engine.store, action)));
    if (outcomes.some(({ reason }) => reason !== undefined)) throw transactionCanceled(outcomes.map(({ reason }) => reason));
    await commitChanges(
      engine,
      outcomes.flatMap(({ changes }) => changes),
      { extra },
    );
    return consumedCapacity(
      engine.store,
      input,
      outcomes.map(({ changes }) => changes),
      actions,
    );
  } finally {
    lock.release();
  }
}

interface Outcome {
  readonly changes: readonly ItemChange[];
  readonly reason: CancellationReason | undefined;
}

/** What one action would do, or why it cancels the transaction. */
async function evaluate(store: Store, action: TransactAction): Promise<Outcome> {
  const evaluation = await evaluateWrite(store, action.operation, action.data);
  if (evaluation.ok) return { changes: action.name === 'ConditionCheck' ? [] : evaluation.changes, reason: undefined };
  const { error, existing } = evaluation;
  if (!(error instanceof AwsError)) throw error;
  switch (error.code) {
    case 'ConditionalCheckFailedException':
      return {
        changes: [],
        reason: { Code: 'ConditionalCheckFailed', Message: error.message, ...(action.returnItem && existing && { Item: existing }) },
      };
    case 'ValidationException':
      return { changes: [], reason: { Code: 'ValidationError', Message: error.message } };
    default:
      throw error;
  }
}

function readActions(store: Store, items: unknown): readonly TransactAction[] {
  if (!Array.isArray(items)) {
    throw validationError(
      "1 validation error detected: Value null at 'transactItems' failed to satisfy constraint: Member must not be null",
    );
  }
  if (items.length < 1 || items.length > MAX_ACTIONS) {
    const bound = items.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_ACTIONS}`;
    throw validationError(
      `1 validation error detected: Value '[${items.length} actions]' at 'transactItems' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(items)) > MAX_TRANSACTION_BYTES * 2) {
    throw validationError('Item size to update has exceeded the maximum allowed size of a transaction, 4 MB');
  }
  return items.map((item: unknown, index) => readAction(store, item, index + 1));
}

function readAction(store: Store, item: unknown, position: number): TransactAction {
  const given = Object.entries((item ?? {}) as Record<string, unknown>).filter(
    ([name, value]) => name in ACTIONS && value !== null && value !== undefined,
  );
  const [entry] = given;
  if (!entry || given.length > 1) throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
  const name = entry[0] as ActionName;
  const input = entry[1] as Readonly<Record<string, unknown>>;
  const needed = name === 'ConditionCheck' ? 'ConditionExpression' : name === 'Update' ? 'UpdateExpression' : undefined;
  if (needed && (input[needed] === undefined || input[needed] === null)) {
    const path = `transactItems.${position}.member.${lowerFirst(name)}.${lowerFirst(needed)}`;
    throw validationError(`1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  }
  const operation = ACTIONS[name];
  const data = checkRequest(store, operation, { ...input, ReturnValues: undefined });
  const table = store.findTable(data.TableName as string);
  if (!table) throw dynamoError('ResourceNotFoundException', 'Requested resource not found');
  return { name, operation, data, table, returnItem: readReturnOnFailure(input), item: lockOf(store, operation, table, data) };
}

function lockOf(store: Store, operation: TransactAction['operation'], table: TableRecord, data: CheckedRequest): TransactAction['item'] {
  try {
    return { lock: lockName(table.TableName, itemKey(store, operation, table, data)) };
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationException')
      return { reason: { Code: 'ValidationError', Message: error.message } };
    throw error;
  }
}

/** A write in a transaction costs twice what it costs alone. */
function consumedCapacity(
  store: Store,
  input: Readonly<Record<string, unknown>>,
  changes: readonly (readonly ItemChange[])[],
  actions: readonly TransactAction[],
): Record<string, unknown> {
  const wanted = input.ReturnConsumedCapacity;
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {};
  const units = new Map<string, number>();
  for (const [index, action] of actions.entries()) {
    const images: readonly (Item | undefined)[] = (changes[index] ?? []).flatMap(({ before, after }) => [before, after]);
    const most = Math.max(1, ...images.map((image) => store.dynalite.db.capacityUnits(image, false, true)));
    units.set(action.table.TableName, (units.get(action.table.TableName) ?? 0) + 2 * most);
  }
  return {
    ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits, WriteCapacityUnits: CapacityUnits })),
  };
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}
