/** Makes a table of the template at the endpoint that stands in. One that is there is kept, with its items. */
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../clock.js';
import type { TableRecord } from '../services/dynamodb/dynalite.js';
import type { TemplateTable } from '../services/dynamodb/template-table.js';
import { AwsError } from '../wire/aws-error.js';
import type { StandInClient } from './client.js';
import { callJson, type Json } from './json-call.js';

const call = (client: StandInClient, operation: string, input: Json): Promise<Json> =>
  callJson(client, { service: 'dynamodb', target: `DynamoDB_20120810.${operation}`, input });

/** A table is asked for every 50 ms until it is active, for a minute. */
const askAgainMs = 50;
const maxQuestions = 1200;

/** The table as the endpoint has it in the end. @throws Error for one that is there with other keys or without an index */
export async function ensureTable(client: StandInClient, { input, ttlAttribute }: TemplateTable): Promise<TableRecord> {
  const tableName = String(input.TableName);
  const present = await describe(client, tableName);
  if (present === undefined) await call(client, 'CreateTable', input);
  else await bringUp(client, present, input);
  const table = await untilActive(client, tableName);
  if (ttlAttribute !== undefined) await ensureTimeToLive(client, tableName, ttlAttribute);
  return table;
}

async function describe(client: StandInClient, tableName: string): Promise<TableRecord | undefined> {
  try {
    return (await call(client, 'DescribeTable', { TableName: tableName })).Table as TableRecord;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Keys and indexes have to be there already; a stream is switched on. */
async function bringUp(client: StandInClient, present: TableRecord, input: Json): Promise<void> {
  const names = (indexes: unknown): readonly string[] =>
    ((indexes ?? []) as readonly { IndexName: string }[]).map(({ IndexName }) => IndexName);
  const has = [...names(present.GlobalSecondaryIndexes), ...names(present.LocalSecondaryIndexes)];
  const missing = [...names(input.GlobalSecondaryIndexes), ...names(input.LocalSecondaryIndexes)].filter((name) => !has.includes(name));
  if (!isDeepStrictEqual(present.KeySchema, input.KeySchema) || missing.length > 0) {
    const what = missing.length > 0 ? `without the index ${missing.join(', ')}` : 'with other keys';
    throw new Error(`table ${present.TableName} is at the endpoint already ${what}; delete it there, the stage makes it anew`);
  }
  if (input.StreamSpecification !== undefined && present.StreamSpecification?.StreamEnabled !== true) {
    await call(client, 'UpdateTable', { TableName: present.TableName, StreamSpecification: input.StreamSpecification });
  }
}

async function untilActive(client: StandInClient, tableName: string): Promise<TableRecord> {
  for (let question = 0; question < maxQuestions; question += 1) {
    const table = await describe(client, tableName);
    if (table?.TableStatus === 'ACTIVE') return table;
    await new Promise<void>((resolve) => systemClock.after(askAgainMs, resolve));
  }
  throw new Error(`table ${tableName} did not become ACTIVE in a minute; look at the endpoint that stands in`);
}

async function ensureTimeToLive(client: StandInClient, tableName: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription: present } = await call(client, 'DescribeTimeToLive', { TableName: tableName });
  const { TimeToLiveStatus: status } = (present ?? {}) as { TimeToLiveStatus?: string };
  if (status === 'ENABLED' || status === 'ENABLING') return;
  const specification = { Enabled: true, AttributeName: attribute };
  await call(client, 'UpdateTimeToLive', { TableName: tableName, TimeToLiveSpecification: specification });
}
