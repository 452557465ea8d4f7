/**
 * Which clients of AWS a function may need: those of the kinds of resources that it declares, DynamoDB's, since every service reads who is
 * connected, and S3's where messages may be too large for the socket. The others are left out of its bundle: three quarters of what would be read, bundled, copied and deployed for each function.
 */

import { type AnyGrant, publishesSequenced, type ResourceDeclaration } from '@org/gateway-server/service';
import { type Declarations, declarationOf } from './declarations.js';
import { FANOUT_FUNCTION, IDENTITY_FUNCTION, PUSH_FUNCTION, SEQUENCER_FUNCTION, SOCKET_FUNCTION } from './function-plan.js';

const DYNAMODB = '@aws-sdk/client-dynamodb';
const S3: readonly string[] = ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'];

/** For who publishes to a sequenced subscription. */
const SQS = '@aws-sdk/client-sqs';

const OWN_CLIENTS: Readonly<Record<string, readonly string[]>> = {
  [SOCKET_FUNCTION]: [DYNAMODB, '@aws-sdk/client-lambda'],
  [FANOUT_FUNCTION]: [DYNAMODB, SQS],
  [PUSH_FUNCTION]: [DYNAMODB],
  [SEQUENCER_FUNCTION]: [DYNAMODB, SQS],
  [IDENTITY_FUNCTION]: [DYNAMODB],
};

/** Clients by the kind of resource. */
const CLIENTS: Readonly<Record<ResourceDeclaration['kind'], readonly string[]>> = {
  table: [DYNAMODB],
  bucket: [...S3, '@aws-sdk/s3-presigned-post'],
  index: ['@opensearch-project/opensearch'],
  answers: ['@aws-sdk/client-kendra', '@aws-sdk/client-bedrock-agent-runtime', '@aws-sdk/client-bedrock-agent'],
  model: ['@aws-sdk/client-sagemaker-runtime'],
  graph: [],
  bus: ['@aws-sdk/client-sns'],
  function: ['@aws-sdk/client-lambda'],
  topics: [DYNAMODB],
  presence: [],
  sessions: [DYNAMODB],
};

/** Clients that a function may read at its cold start, by the names of their packages. */
export function clientsOfFunction(name: string, declarations: Declarations): readonly string[] {
  const declared = declarationOf(name, declarations);
  return declared === undefined ? (OWN_CLIENTS[name] ?? []) : [...clientsOf(declared.uses), ...(publishesSequenced(declared) ? [SQS] : [])];
}

/** Clients that a function never loads. */
export function foreignClients(name: string, declarations: Declarations): readonly string[] {
  const declared = declarationOf(name, declarations);
  const carriesMessages = declared === undefined || ('service' in declared && !declared.internal);
  const own = [...clientsOfFunction(name, declarations), ...(carriesMessages ? S3 : [])];
  return [...new Set([...Object.values(CLIENTS).flat(), SQS])].filter((client) => !own.includes(client));
}

function clientsOf(uses: Readonly<Record<string, AnyGrant>>): readonly string[] {
  return [DYNAMODB, ...Object.values(uses).flatMap(({ resource }) => CLIENTS[resource.kind])];
}
