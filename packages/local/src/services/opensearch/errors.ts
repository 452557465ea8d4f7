/**
 * Errors as OpenSearch writes them: a type, a reason, and an HTTP status, from which the client makes its `ResponseError`.
 * https://docs.opensearch.org/latest/api-reference/ - positions in the body (`line`, `col`) are left out.
 */

type Members = Readonly<Record<string, unknown>>;

export class OpenSearchError extends Error {
  readonly type: string;
  readonly status: number;
  /** Further members of the error: `index`, `caused_by`. */
  readonly members: Members;

  constructor(type: string, reason: string, { status = 400, ...members }: { readonly status?: number } & Members = {}) {
    super(reason);
    this.name = type;
    this.type = type;
    this.status = status;
    this.members = members;
  }
}

/** The error as one member of an answer, for items of a bulk request. */
export function errorCause({ type, message, members }: OpenSearchError): Members {
  return { type, reason: message, ...members };
}

/** The whole body of an error answer. */
export function errorBody(error: OpenSearchError): Members {
  const { caused_by: _, ...root } = errorCause(error);
  return { error: { root_cause: [root], ...errorCause(error) }, status: error.status };
}

/** How a search answers an error that came up while its shard ran it. */
export function searchPhaseFailure(error: OpenSearchError, indexName: string): OpenSearchError {
  const reason = errorCause(error);
  return new OpenSearchError('search_phase_execution_exception', 'all shards failed', {
    status: error.status,
    root_cause: [reason],
    phase: 'query',
    grouped: true,
    failed_shards: [{ shard: 0, index: indexName, node: 'local', reason }],
    caused_by: { ...reason, caused_by: reason },
  });
}

export function parsingError(reason: string): OpenSearchError {
  return new OpenSearchError('parsing_exception', reason);
}

export function illegalArgument(reason: string): OpenSearchError {
  return new OpenSearchError('illegal_argument_exception', reason);
}

export function mappingError(reason: string, causedBy?: { readonly type: string; readonly reason: string }): OpenSearchError {
  return new OpenSearchError('mapper_parsing_exception', reason, causedBy === undefined ? {} : { caused_by: causedBy });
}

/** Something that OpenSearch has and the stage does not. */
export function notServed(what: string): OpenSearchError {
  return new OpenSearchError('not_implemented', `the local stage does not serve ${what}`, { status: 501 });
}

export function indexNotFound(name: string): OpenSearchError {
  return new OpenSearchError('index_not_found_exception', `no such index [${name}]`, {
    status: 404,
    index: name,
    'resource.id': name,
    'resource.type': 'index_or_alias',
    index_uuid: '_na_',
  });
}
