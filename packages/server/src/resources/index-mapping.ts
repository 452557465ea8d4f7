/**
 * What `ensure` makes: an index with exactly the declared fields, and its alias for writes. Fields that are not declared are stored and
 * neither indexed nor guessed (`dynamic: false`).
 */

import { type IndexFieldType, type IndexResource, WRITE_ALIAS_SUFFIX } from '../service/search-index.js';

/**
 * A field that every document is stored with: its id, to sort by. OpenSearch's own `_id` can only be sorted with all ids of the index in
 * memory. https://docs.opensearch.org/latest/field-types/metadata-fields/id/
 */
export const ID_FIELD = '$id';

/** Longer words are stored and not searched; Lucene takes no term over 32,766 bytes, and a character has at most four. */
const MAX_KEYWORD_CHARACTERS = 8_191;

const MAPPINGS: Readonly<Record<IndexFieldType, object>> = {
  text: { type: 'text' },
  keyword: { type: 'keyword', ignore_above: MAX_KEYWORD_CHARACTERS },
  number: { type: 'double' },
  boolean: { type: 'boolean' },
};

/**
 * Body of the request that makes the index. One shard bears some 30 GB. A deleted document's version is kept for a day, as long as a
 * table's stream: an older write that comes late must not bring the document back.
 */
export function indexBody(resource: IndexResource): object {
  const fields = Object.entries(resource.fields).map(([name, { type }]) => [name, MAPPINGS[type]] as const);
  return {
    settings: { index: { number_of_shards: 1, number_of_replicas: 1, gc_deletes: '24h' } },
    mappings: { dynamic: false, properties: { ...Object.fromEntries(fields), [ID_FIELD]: { type: 'keyword' } } },
    aliases: { [writeAlias(resource)]: {} },
  };
}

/** Name of the alias that writes go to. */
export function writeAlias({ indexName }: IndexResource): string {
  return `${indexName}${WRITE_ALIAS_SUFFIX}`;
}
