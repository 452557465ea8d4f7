/**
 * Tables that another endpoint keeps: calls are put to the policies of the template exactly as if the tables were here, then passed on.
 * Tables of all accounts of an assembly are in the endpoint's one account, under their own names.
 */
import type { DynamoAccounts } from '../services/dynamodb/accounts.js';
import type { TableRecord } from '../services/dynamodb/dynalite.js';
import { dynamoError, errorNamespace, tableNotFound } from '../services/dynamodb/errors.js';
import { OPERATIONS } from '../services/dynamodb/operations.js';
import { checkPermission } from '../services/dynamodb/permission.js';
import { placeOfCall } from '../services/dynamodb/place.js';
import { type Question, questionsOf } from '../services/dynamodb/questions.js';
import { withTableNames } from '../services/dynamodb/table-names.js';
import { readTemplateTable } from '../services/dynamodb/template-table.js';
import { AwsError } from '../wire/aws-error.js';
import { jsonErrorResponse, readJsonObject, readTarget } from '../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import type { Place } from './arns.js';
import { ensureTable } from './ensure-table.js';
import { type Json, passOn, withBody } from './json-call.js';
import type { StandInParts } from './parts.js';
import { createStreamReader } from './stream-reader.js';
import { answerStreamCall } from './streams.js';

interface KnownTable {
  readonly record: TableRecord;
  readonly place: Place;
}

/** Of these, requests and answers have ARNs; those of all others have nothing but data. */
const onDefinitions = new Set(
  'CreateTable UpdateTable DeleteTable DescribeTable TagResource UntagResource ListTagsOfResource DescribeTimeToLive'.split(' '),
);

export function createStandInTables(parts: StandInParts): DynamoAccounts {
  const { standIn, environment } = parts;
  const known = new Map<string, KnownTable>();
  return {
    handle: (request) => answer(parts, known, request),
    streams: createStreamReader(parts),
    async createTable(properties, tableName, place = environment) {
      standIn.arns.claim('dynamodb', `table/${tableName}`, place);
      const record = await ensureTable(standIn.client, readTemplateTable(properties, tableName));
      known.set(tableName, { record, place });
      const streamArn = record.StreamSpecification?.StreamEnabled === true ? record.LatestStreamArn : undefined;
      const { toOurs } = standIn.arns;
      return { arn: toOurs(record.TableArn), ...(streamArn === undefined ? {} : { streamArn: toOurs(streamArn) }) };
    },
    // The endpoint is closed with the stage.
    close: async () => undefined,
  };
}

async function answer(parts: StandInParts, known: Map<string, KnownTable>, request: WireRequest): Promise<WireResponse> {
  try {
    const target = readTarget(request.headers['x-amz-target']);
    const body = readJsonObject(request.body);
    if (body === undefined) throw dynamoError('SerializationException', 'expected the body to be a JSON object');
    if (target?.prefix === 'DynamoDBStreams_20120810') return await answerStreamCall(parts, { request, operation: target.operation, body });
    if (target?.prefix !== 'DynamoDB_20120810' || !Object.hasOwn(OPERATIONS, target.operation)) throw unknownOperation(parts, request);
    return await answerTableCall(parts, known, { request, operation: target.operation, input: withTableNames(body) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, 'application/x-amz-json-1.0', errorNamespace(error.code));
  }
}

interface TableCall {
  readonly request: WireRequest;
  readonly operation: string;
  readonly input: Json;
}

async function answerTableCall(
  { standIn, environment, authorize, faults }: StandInParts,
  known: Map<string, KnownTable>,
  { request, operation, input }: TableCall,
): Promise<WireResponse> {
  const { accountId } = placeOfCall(request, environment);
  const { region } = [...known.values()].find(({ place }) => place.accountId === accountId)?.place ?? environment;
  const find = (tableName: string): TableRecord | undefined => {
    const table = known.get(tableName);
    return table?.place.accountId === accountId ? table.record : undefined;
  };
  const permission = {
    authorize,
    environment: { ...environment, accountId, region },
    findTable: find,
    ...(faults === undefined ? {} : { faults }),
  };
  checkPermission(permission, { operation, input, principal: request.principal });
  refuseForeign(questionsOf(operation, input, find), { known, accountId });
  const { client, arns } = standIn;
  if (!onDefinitions.has(operation)) return passOn(client, { service: 'dynamodb', request, body: JSON.stringify(input) });
  const response = await passOn(client, { service: 'dynamodb', request, body: arns.toTheirs(JSON.stringify(input)) });
  const record = recordIn(response.body);
  if (record !== undefined) known.set(record.TableName, { record, place: { accountId, region } });
  return withBody(response, arns.toOurs(response.body.toString('utf8')));
}

/** Tables of other accounts are reached by ARN only, though the endpoint has all in one account. @throws AwsError `ResourceNotFoundException` */
function refuseForeign(
  questions: readonly Question[],
  { known, accountId }: { readonly known: ReadonlyMap<string, KnownTable>; readonly accountId: string },
): void {
  for (const { resource } of questions) {
    const table = 'tableName' in resource ? known.get(resource.tableName) : undefined;
    if (table !== undefined && table.place.accountId !== accountId) throw tableNotFound(table.record.TableName);
  }
}

/** The table in an answer about one. */
function recordIn(body: Buffer): TableRecord | undefined {
  const { Table, TableDescription } = (readJsonObject(body) ?? {}) as { Table?: TableRecord; TableDescription?: TableRecord };
  return Table ?? TableDescription;
}

function unknownOperation({ report }: StandInParts, { headers }: WireRequest): AwsError {
  const name = String(headers['x-amz-target'] ?? 'a request without X-Amz-Target');
  const message = `${name} is not passed on: the stage does not know which right it needs`;
  report({ level: 'warn', part: 'dynamodb', message });
  return dynamoError('UnknownOperationException', message);
}
