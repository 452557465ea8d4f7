/**
 * Which write wins. Versions are counted by the index, or given from outside: then the greater one wins, whatever comes last. A condition on
 * the sequence number keeps out whoever did not see the last write. https://docs.opensearch.org/latest/api-reference/document-apis/index-document/
 */
import { illegalArgument, OpenSearchError } from './errors.js';
import type { IndexDescription, IndexedDocument } from './search-index.js';

/** What a write demands of the one before. */
export interface VersionRule {
  /** The document must not exist. */
  readonly create?: boolean;
  readonly external?: { readonly version: number; readonly orEqual: boolean };
  readonly ifSequenceNumber?: number;
  readonly ifPrimaryTerm?: number;
}

/** Parameters of a write, from a query string or the line of a bulk request. */
export interface VersionParameters {
  readonly version?: unknown;
  readonly version_type?: unknown;
  readonly if_seq_no?: unknown;
  readonly if_primary_term?: unknown;
  readonly op_type?: unknown;
}

/** @throws OpenSearchError `illegal_argument_exception`, `action_request_validation_exception` */
export function readVersionRule(given: VersionParameters): VersionRule {
  const create = given.op_type === 'create';
  if (given.op_type !== undefined && !create && given.op_type !== 'index')
    throw illegalArgument(`opType must be 'create' or 'index', found: [${String(given.op_type)}]`);
  const version = wholeNumber(given.version, 'version');
  const ifSequenceNumber = wholeNumber(given.if_seq_no, 'if_seq_no');
  const ifPrimaryTerm = wholeNumber(given.if_primary_term, 'if_primary_term');
  const type = given.version_type ?? 'internal';
  if (type !== 'internal' && type !== 'external' && type !== 'external_gte')
    throw illegalArgument(`No version type match [${String(type)}]`);
  if (version !== undefined && type === 'internal') {
    throw validationError(
      'internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead',
    );
  }
  if (create && (version !== undefined || ifSequenceNumber !== undefined))
    throw validationError('create operations do not support versioning. use index instead');
  if (type !== 'internal' && version === undefined)
    throw validationError(`illegal version value [-3] for version type [${type.toUpperCase()}]`);
  if ((ifSequenceNumber === undefined) !== (ifPrimaryTerm === undefined))
    throw validationError('ifSeqNo and ifPrimaryTerm must be set together');
  return {
    create,
    ...(version === undefined ? {} : { external: { version, orEqual: type === 'external_gte' } }),
    ...(ifSequenceNumber === undefined ? {} : { ifSequenceNumber, ifPrimaryTerm: ifPrimaryTerm! }),
  };
}

function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw illegalArgument(`Failed to parse ${name} parameter [${name}] with value [${String(value)}]`);
  return number;
}

export function validationError(reason: string): OpenSearchError {
  return new OpenSearchError('action_request_validation_exception', `Validation Failed: 1: ${reason};`);
}

/**
 * The version that a write gets.
 *
 * @throws OpenSearchError `version_conflict_engine_exception`
 */
export function checkVersion(index: IndexDescription, id: string, before: IndexedDocument | undefined, rule: VersionRule): number {
  const { create, external, ifSequenceNumber, ifPrimaryTerm } = rule;
  const exists = before?.source !== undefined;
  if (create === true && exists) throw conflict(index, id, `document already exists (current version [${before.version}])`);
  if (ifSequenceNumber !== undefined && (!exists || before.sequenceNumber !== ifSequenceNumber || ifPrimaryTerm !== 1)) {
    const current = exists ? `current document has seqNo [${before.sequenceNumber}] and primary term [1]` : 'but no document was found';
    throw conflict(index, id, `required seqNo [${ifSequenceNumber}], primary term [${ifPrimaryTerm}]. ${current}`);
  }
  if (external === undefined) return (before?.version ?? 0) + 1;
  const tooOld = before !== undefined && (external.orEqual ? before.version > external.version : before.version >= external.version);
  if (tooOld) {
    const relation = external.orEqual ? 'is higher than the one provided' : 'is higher or equal to the one provided';
    throw conflict(index, id, `current version [${before.version}] ${relation} [${external.version}]`);
  }
  return external.version;
}

function conflict(index: IndexDescription, id: string, why: string): OpenSearchError {
  return new OpenSearchError('version_conflict_engine_exception', `[${id}]: version conflict, ${why}`, {
    status: 409,
    index: index.name,
    shard: '0',
    index_uuid: index.uuid,
  });
}
