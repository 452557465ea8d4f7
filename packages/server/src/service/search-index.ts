/**
 * An OpenSearch index as a service declares it: the schema of its documents, how each field is searched, and the operations each service
 * may use. One domain per stage holds every declared index. Rights are HTTP methods on paths below the index (OpenSearch Service,
 * "Identity-based policies"), so a service can only touch the indexes it names.
 */

import type { Schema } from '@org/gateway-core';
import { checkResourceName, type Grant, type GrantStatement } from './grant.js';

/** How a field is indexed: analysed text, an exact word, a number, or true or false. */
export type IndexFieldType = 'text' | 'keyword' | 'number' | 'boolean';

/** An index as infra and the runtime know it. */
export interface IndexResource {
  readonly kind: 'index';
  readonly name: string;
  /** Name of the index in the domain. */
  readonly indexName: string;
  readonly fields: Readonly<Record<string, { readonly type: IndexFieldType; readonly boost: number }>>;
}

/** What documents are, and how their fields are searched. Fields that are not named are stored and not searched. */
export interface IndexOptions<TDocument, TFields> {
  /** Schema of a document, checked on every write and read. */
  readonly document: () => Schema<unknown, TDocument>;
  readonly fields: TFields;
}

/** One declared field. `boost` weighs a text field's matches. @default boost 1 */
export interface IndexField {
  readonly type: IndexFieldType;
  readonly boost?: number;
}

export type IndexFields<TDocument> = { readonly [TName in keyof TDocument & string]?: IndexField };

type FieldsOfType<TFields, TType extends IndexFieldType> = {
  [TName in keyof TFields & string]: TFields[TName] extends { readonly type: TType } ? TName : never;
}[keyof TFields & string];

/** A condition on a field: one value, any of several, or a range with both ends included. */
export type FieldFilter<TValue> =
  | TValue
  | { readonly anyOf: readonly TValue[] }
  | { readonly from?: TValue; readonly to?: TValue }
  /** Texts that begin so. */
  | { readonly prefix: string };

/** What is searched for. */
export interface SearchRequest<TDocument, TFields> {
  /** Words to find in the text fields; the more match, the better. Absent: everything that passes the filters. */
  readonly text?: string | undefined;
  /** Text fields to look in. @default all of them */
  readonly in?: readonly FieldsOfType<TFields, 'text'>[];
  /** The last word of `text` may go on: for results while typing. @default false */
  readonly lastWordIsPrefix?: boolean;
  readonly filter?: {
    readonly [TName in Exclude<FieldsOfType<TFields, IndexFieldType>, FieldsOfType<TFields, 'text'>> & keyof TDocument]?: FieldFilter<
      NonNullable<TDocument[TName]>
    >;
  };
  /** Fields to count the values of, over everything that was found. */
  readonly facets?: readonly (FieldsOfType<TFields, 'keyword'> | FieldsOfType<TFields, 'boolean'>)[];
  /** Text fields to show the matches of. */
  readonly highlight?: readonly FieldsOfType<TFields, 'text'>[];
  /** @default by how well it matches */
  readonly sort?: {
    readonly by: Exclude<FieldsOfType<TFields, IndexFieldType>, FieldsOfType<TFields, 'text'>>;
    readonly descending?: boolean;
  };
  /** @default 10; at most 100 */
  readonly limit?: number;
  /** `cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** One thing found. */
export interface SearchHit<TDocument> {
  readonly id: string;
  /** How well it matches; higher is better. Null when sorted by a field. */
  readonly score: number | null;
  readonly document: TDocument;
  /** Pieces of the fields asked for, as runs of text of which some matched. */
  readonly highlights: Readonly<Record<string, readonly HighlightedPiece[]>>;
}

/** A piece of a text, in runs; a page marks those that matched. */
export type HighlightedPiece = readonly { readonly text: string; readonly match: boolean }[];

export interface SearchPage<TDocument> {
  readonly hits: readonly SearchHit<TDocument>[];
  /** How many were found in all; exact up to 10,000. */
  readonly total: number;
  readonly facets: Readonly<Record<string, readonly { readonly value: string; readonly count: number }[]>>;
  /** Null on the last page. */
  readonly cursor: string | null;
}

/** A write, with the version of what it comes from: an older one than what is there changes nothing. */
export type IndexWrite<TDocument> =
  | { readonly put: TDocument; readonly id: string; readonly version: number }
  | { readonly delete: true; readonly id: string; readonly version: number };

/**
 * The operations of an index. Each rejects with a GatewayError: SERVICE_UNAVAILABLE when the domain is busy or out of reach, FAILED_DEPENDENCY
 * when the index does not exist, BAD_REQUEST for a search that asks for too much, PAYLOAD_TOO_LARGE for a document over 5 MB,
 * INTERNAL_SERVER_ERROR otherwise.
 */
export interface IndexClient<TDocument, TFields> {
  /** Documents written up to a second ago may be missing. A cursor of another search is a BAD_REQUEST. */
  search(request: SearchRequest<TDocument, TFields>): Promise<SearchPage<TDocument>>;
  /** The document, as last written, or undefined. */
  get(id: string): Promise<TDocument | undefined>;
  /** Writes all of them; `stale` counts those that an equal or newer version kept out. Rejects when any other could not be written. */
  write(writes: readonly IndexWrite<TDocument>[]): Promise<{ readonly written: number; readonly stale: number }>;
  /** Makes the index with its fields when it is not there. */
  ensure(): Promise<void>;
  /** Removes the index with everything in it; succeeds whether or not it exists. */
  drop(): Promise<void>;
}

export type IndexOperation = keyof IndexClient<never, never>;

/** A declared index. */
export interface SearchIndex<TDocument, TFields> {
  readonly resource: IndexResource;
  readonly document: () => Schema<unknown, TDocument>;
  allow<const TOperations extends readonly IndexOperation[]>(
    ...operations: TOperations
  ): IndexGrant<Pick<IndexClient<TDocument, TFields>, TOperations[number]>>;
}

/** A grant on an index carries the document schema for the runtime. */
export interface IndexGrant<TClient> extends Grant<TClient> {
  readonly resource: IndexResource;
  readonly document: () => Schema;
}

/**
 * What follows an index's name in the name of its alias for writes. OpenSearch makes an index of guessed fields for a write to one that is
 * not there, unless the write asks for an alias (`require_alias`): `ensure` makes both, and writes go through the alias.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */
export const WRITE_ALIAS_SUFFIX = '-write';

/** The right each operation needs, as method and path below the index. Bulk requests go to the alias' own `_bulk`. */
export const INDEX_RIGHTS: Readonly<Record<IndexOperation, { readonly action: string; readonly path: string }>> = {
  search: { action: 'es:ESHttpPost', path: '/_search' },
  get: { action: 'es:ESHttpGet', path: '/_doc/*' },
  write: { action: 'es:ESHttpPost', path: `${WRITE_ALIAS_SUFFIX}/_bulk` },
  ensure: { action: 'es:ESHttpPut', path: '' },
  drop: { action: 'es:ESHttpDelete', path: '' },
};

/**
 * Declares an index.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function searchIndex<TDocument, const TFields extends IndexFields<TDocument>>(
  name: string,
  { document, fields }: IndexOptions<TDocument, TFields>,
): SearchIndex<TDocument, TFields> {
  checkResourceName('search index', name);
  const declared = Object.entries(fields) as [string, IndexField][];
  const resource: IndexResource = {
    kind: 'index',
    name,
    indexName: name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase(),
    fields: Object.fromEntries(declared.map(([field, { type, boost = 1 }]) => [field, { type, boost }])),
  };
  return {
    resource,
    document,
    allow: (...operations) => ({ resource, document, operations, statements: statementsOf(operations) }),
  };
}

/** One statement per path: a method is granted on the paths it is needed for and on no other. */
function statementsOf(operations: readonly IndexOperation[]): readonly GrantStatement[] {
  const rights = operations.map((operation) => INDEX_RIGHTS[operation]);
  const paths = [...new Set(rights.map(({ path }) => path))];
  return paths.map((path) => {
    const actions = rights.filter((right) => right.path === path).map(({ action }) => action);
    return { actions: [...new Set(actions)].sort(), targets: [{ part: 'path', path }] };
  });
}
