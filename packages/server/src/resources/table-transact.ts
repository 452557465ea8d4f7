/**
 * Transactions: writes and checks of several items that happen all or not at all. A step knows its table and is written down only when the
 * transaction is sent. Sent twice with one token a transaction happens once, so that repeating one whose answer was lost is safe.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { ItemUpdate, TransactStep, WriteCondition } from '../service/table.js';
import { backendFailure } from './backend-failure.js';
import { MAX_ATTEMPTS, pauseAfter } from './backoff.js';
import type { Dynamo, DynamoTransactItem } from './dynamo.js';
import { sdkErrorName } from './sdk-failure.js';
import { checkItem, checkUpdate } from './stored-item.js';
import { checkChange } from './table-expression.js';
import { conditionFields, type Item, type TableParts, tableAction } from './table-parts.js';
import { updateFields } from './table-update.js';

/** DynamoDB's limit. */
const MAX_STEPS = 100;

type StepOperation = 'putStep' | 'updateStep' | 'deleteStep' | 'checkStep';

interface Step {
  readonly parts: TableParts;
  readonly operation: StepOperation;
  request(db: Dynamo): Promise<DynamoTransactItem>;
}

/** Makes the steps of one table. */
export function stepMakers(parts: TableParts) {
  const { grant, tableName } = parts;
  const { resource } = grant;
  const step = (operation: StepOperation, request: (db: Dynamo) => Promise<DynamoTransactItem>): TransactStep => ({
    '~step': { parts, operation, request } satisfies Step,
  });
  const at = (db: Dynamo, key: Item) => ({ TableName: tableName, Key: db.toAttributes(key) });
  return {
    putStep: (item: Item, condition?: WriteCondition<Item>) =>
      step('putStep', async (db) => {
        const checked = await checkItem(grant, item, 'written');
        return { Put: { TableName: tableName, Item: db.toAttributes(checked), ...conditionFields(resource, condition, db) } };
      }),
    updateStep: (key: Item, change: ItemUpdate<Item>, condition?: WriteCondition<Item>) => {
      checkChange(resource, change);
      return step('updateStep', async (db) => {
        const asked = { change: await checkUpdate(grant, key, change), condition };
        return { Update: { ...at(db, key), ...updateFields(resource, asked, db) } };
      });
    },
    deleteStep: (key: Item, condition?: WriteCondition<Item>) =>
      step('deleteStep', async (db) => ({ Delete: { ...at(db, key), ...conditionFields(resource, condition, db) } })),
    checkStep: (key: Item, condition: WriteCondition<Item>) =>
      step('checkStep', async (db) => {
        const { ConditionExpression, ...placeholders } = conditionFields(resource, condition, db) as { ConditionExpression?: string };
        if (ConditionExpression === undefined) throw new TypeError(`[TABLE] ${resource.name}: checkStep got no condition, expected one`);
        return { ConditionCheck: { ...at(db, key), ConditionExpression, ...placeholders } };
      }),
  };
}

/**
 * Runs a transaction. `false` when a condition did not hold.
 *
 * @throws TypeError for over 100 steps, and for steps of tables of different accounts.
 */
export async function transact(parts: TableParts, steps: readonly TransactStep[]): Promise<boolean> {
  const made = steps.map((each) => each['~step'] as Step);
  checkSteps(parts, made);
  if (made.length === 0) return true;
  try {
    const db = await parts.dynamo();
    return await sendUntilDecided(parts, db, await Promise.all(made.map((step) => step.request(db))));
  } catch (cause) {
    throw transactFailure(cause, made);
  }
}

function checkSteps({ grant }: TableParts, steps: readonly Step[]): void {
  const { name } = grant.resource;
  if (steps.length > MAX_STEPS)
    throw new TypeError(`[TABLE] ${name}: a transaction got ${steps.length} steps, expected at most ${MAX_STEPS}`);
  const foreign = steps.find((step) => step.parts.grant.resource.account !== grant.resource.account);
  if (!foreign) return;
  const [own, other] = [grant.resource.account, foreign.parts.grant.resource.account].map((account) => account ?? "the gateway's own");
  throw new TypeError(
    `[TABLE] ${name}: a transaction got a step of table ${foreign.parts.grant.resource.name} in account ${other}, expected tables of account ${own} only; use one transaction per account`,
  );
}

async function sendUntilDecided(parts: TableParts, db: Dynamo, items: DynamoTransactItem[]): Promise<boolean> {
  const request = { TransactItems: items, ClientRequestToken: parts.newId() };
  for (let attempts = 1; ; attempts++) {
    try {
      await db.transact(request);
      return true;
    } catch (cause) {
      const verdict = verdictOf(cause);
      if (verdict === 'condition') return false;
      if (verdict === 'failed') throw cause;
      if (attempts >= MAX_ATTEMPTS)
        throw new GatewayError(
          'SERVICE_UNAVAILABLE',
          '[SERVICE_UNAVAILABLE] storage is busy: a transaction kept meeting others; try again',
          { cause },
        );
      await pauseAfter(attempts, parts);
    }
  }
}

/** Reasons of a cancelled transaction that a later one may not meet. */
const PASSING = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/** What a cancelled transaction means: DynamoDB gives one reason per step, `None` for those that were not at fault. */
function verdictOf(cause: unknown): 'condition' | 'again' | 'failed' {
  const name = sdkErrorName(cause);
  if (name === 'TransactionInProgressException') return 'again';
  if (name !== 'TransactionCanceledException') return 'failed';
  const { CancellationReasons = [] } = cause as { readonly CancellationReasons?: readonly { readonly Code?: string }[] };
  const codes = CancellationReasons.map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  if (codes.length === 0) return 'failed';
  if (codes.every((code) => code === 'ConditionalCheckFailed')) return 'condition';
  return codes.every((code) => code === 'ConditionalCheckFailed' || PASSING.has(code)) ? 'again' : 'failed';
}

/** A denial is about one action on one table: the step that needs it is the one whose declaration lacks it. */
function transactFailure(cause: unknown, steps: readonly Step[]): GatewayError {
  const text = String(cause);
  const guilty = steps.find(({ operation, parts }) => text.includes(tableAction(operation)) && text.includes(parts.tableName)) ?? steps[0];
  const { parts, operation } = guilty as Step;
  const request = { resource: parts.grant.resource, physicalName: parts.tableName, operation, action: tableAction(operation) };
  return backendFailure(cause, request);
}
