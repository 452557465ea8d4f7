/** `AnswersClient` on the provider that the deployment names: an Amazon Kendra index, or an Amazon Bedrock knowledge base. */

import { GatewayError } from '@org/gateway-core/errors';
import { ANSWERS_ACTIONS, type AnswersClient, type AnswersGrant, type AnswersOperation } from '../service/answers.js';
import { type AnswersLocation, parseAnswersLocation } from '../service/resource-location.js';
import { documentCalls, idCalls } from './answers-batch.js';
import type { AnswersApi, RefusedDocument } from './answers-provider.js';
import { type AwsOptions, lazily } from './aws-options.js';
import { type BackendRequest, backendFailure, broken, unavailable } from './backend-failure.js';
import { sdkErrorName } from './sdk-failure.js';

export interface AnswersClientOptions extends AwsOptions {
  readonly grant: AnswersGrant<unknown>;
  /** `kendra:INDEX` or `knowledge-base:ID:DATASOURCE`. */
  readonly location: string;
}

const DEFAULT_LIMIT = 5;
const MAX_LIMIT = 20;

/** A knowledge base takes no longer one; Kendra reads its first 30 words. */
const MAX_QUESTION_CHARACTERS = 1_000;

/** The index or knowledge base is gone. */
const MISSING = ['ResourceNotFoundException'];

/** Another ingestion is under way, or too many are: both pass. */
const BUSY = ['ConflictException', 'ServiceQuotaExceededException'];

/**
 * A client with every operation; `createClients` hands out the granted ones.
 *
 * @throws Error for a malformed location.
 */
export function createAnswersClient({ grant, location, ...aws }: AnswersClientOptions): AnswersClient {
  const { resource } = grant;
  const at = parseAnswersLocation(location);
  const open = lazily(() => openProvider(at, aws));

  const run = async <TResult>(operation: AnswersOperation, call: (api: AnswersApi) => Promise<TResult>): Promise<TResult> => {
    try {
      return await call(await open());
    } catch (cause) {
      throw BUSY.includes(sdkErrorName(cause) ?? '') ? unavailable(resource, cause) : backendFailure(cause, requestOf(operation), MISSING);
    }
  };

  const requestOf = (operation: AnswersOperation): BackendRequest => {
    return { resource, physicalName: location, operation, action: ANSWERS_ACTIONS[at.provider][operation][0] };
  };

  const write = async <TCall>(
    operation: 'put' | 'remove',
    calls: readonly TCall[],
    send: (api: AnswersApi, call: TCall) => Promise<readonly RefusedDocument[]>,
  ) => {
    const refused: RefusedDocument[] = [];
    for (const call of calls) refused.push(...(await run(operation, (api) => send(api, call))));
    if (refused.length > 0) throw refusal(requestOf(operation), refused);
  };

  return {
    ask: async (question, { limit = DEFAULT_LIMIT } = {}) => {
      checkQuestion(question, limit);
      return run('ask', (api) => api.ask(question, limit));
    },
    put: async (documents) => write('put', documentCalls(resource, documents), (api, call) => api.put(call)),
    remove: async (ids) => write('remove', idCalls(resource, ids), (api, call) => api.remove(call)),
  };
}

async function openProvider(at: AnswersLocation, aws: AwsOptions): Promise<AnswersApi> {
  if (at.provider === 'kendra') return (await import('./kendra-answers.js')).openKendra(at.id, aws);
  return (await import('./knowledge-base-answers.js')).openKnowledgeBase(at, aws);
}

function refusal(request: BackendRequest, refused: readonly RefusedDocument[]): GatewayError {
  const [{ id, code } = { id: '', code: '' }] = refused;
  const why = `${refused.length} documents were refused, first ${id}: ${code}`;
  return refused.every(({ mayPass }) => mayPass) ? unavailable(request.resource, new Error(why)) : broken(request, why);
}

function checkQuestion(question: string, limit: number): void {
  const length = question.trim() === '' ? 0 : question.length;
  if (length === 0 || length > MAX_QUESTION_CHARACTERS)
    throw new GatewayError(
      'BAD_REQUEST',
      `[BAD_REQUEST] cannot ask: got a question of ${length} characters, expected 1 to ${MAX_QUESTION_CHARACTERS}`,
    );
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] cannot ask: got a limit of ${limit}, expected 1 to ${MAX_LIMIT}`);
}
