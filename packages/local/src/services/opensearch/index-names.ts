/** Names of indexes: which are allowed, and how patterns choose among them. https://docs.opensearch.org/latest/api-reference/index-apis/create-index/ */
import { OpenSearchError } from './errors.js';
import { wildcard } from './query/exact-queries.js';

/** @throws OpenSearchError `invalid_index_name_exception` */
export function checkIndexName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw new OpenSearchError('invalid_index_name_exception', `Invalid index name [${name}], ${problem}`, {
    index: name,
    index_uuid: '_na_',
  });
}

function problemOf(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return "must not be empty, '.' or '..'";
  if (/[\\/*?"<>| ,#:]/.test(name)) return 'must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?, #, :]';
  if (/^[_\-+]/.test(name)) return "must not start with '_', '-', or '+'";
  if (name !== name.toLowerCase()) return 'must be lowercase';
  return Buffer.byteLength(name) > 255 ? `index name is too long, (${Buffer.byteLength(name)} > 255)` : undefined;
}

/** The names that an expression chooses: a list with wildcards and exclusions (`-logs*`), `_all`. Names without wildcard come back as they are. */
export function chooseNames(expression: string, names: readonly string[]): string[] {
  if (expression === '' || expression === '_all' || expression === '*') return [...names];
  let chosen: string[] = [];
  for (const part of expression.split(',')) {
    const excludes = part.startsWith('-') && chosen.length > 0;
    const pattern = excludes ? part.slice(1) : part;
    const passes = wildcard(pattern);
    if (excludes) chosen = chosen.filter((name) => !passes(name));
    else chosen.push(...(pattern.includes('*') ? names.filter(passes) : [pattern]));
  }
  return [...new Set(chosen)];
}
