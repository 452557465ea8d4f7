/**
 * Declared errors: what a procedure can end with that its caller is meant to tell apart. A name that is one of tRPC's codes
 * (`NOT_FOUND`) needs only its data; any other name says which code it stands for: `LOCKED: error('CONFLICT', schema)`.
 */

import { type ErrorCode, isErrorCode } from '../errors/code.js';
import type { SchemaSource } from './schema.js';

/** The wire code and the data schema of a declared error. */
export interface ErrorDefinition<TData = unknown> {
  readonly code: ErrorCode;
  readonly data: SchemaSource<unknown, TData>;
}

/** How a contract writes a declared error. */
export type ErrorSource<TData> = SchemaSource<unknown, TData> | ErrorDefinition<TData>;

/** A declared error under a name of its own, sent with one of the standard codes. */
export function error<TData>(code: ErrorCode, data: SchemaSource<unknown, TData>): ErrorDefinition<TData> {
  return { code, data };
}

/**
 * The definitions behind the sources.
 *
 * @throws TypeError for a name that is neither a code nor wrapped in `error(code, schema)`.
 */
export function errorDefinitions(sources: Readonly<Record<string, ErrorSource<unknown>>>): Readonly<Record<string, ErrorDefinition>> {
  return Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, definitionOf(name, source)]));
}

function definitionOf(name: string, source: ErrorSource<unknown>): ErrorDefinition {
  if (isDefinition(source)) return source;
  if (isErrorCode(name)) return { code: name, data: source };
  throw new TypeError(
    `[CONTRACT] declared error "${name}" is not a standard code; write ${name}: error('CONFLICT', schema), with the code it is sent as`,
  );
}

function isDefinition(source: ErrorSource<unknown>): source is ErrorDefinition {
  return typeof source === 'object' && source !== null && 'code' in source && 'data' in source;
}
