/**
 * `minimum_should_match`: a number, a share, or what is left after leaving some out. Conditions such as `2<75%` are served too.
 * https://docs.opensearch.org/latest/query-dsl/minimum-should-match/
 */
import { parsingError } from '../errors.js';
import { describe } from '../json.js';

/** How many of `clauses` must match; 0 to `clauses`, or more when the query asks for more than there are. */
export function minimumShouldMatch(value: unknown, clauses: number): number {
  const text = String(value).trim();
  if (text.includes('<')) return conditional(text, clauses);
  const [, amount, percent] = /^(-?\d+)(%?)$/.exec(text) ?? [];
  if (amount === undefined) throw parsingError(`failed to parse [minimum_should_match] with value [${describe(value)}]`);
  const count = percent === '%' ? Math.trunc((clauses * Number(amount)) / 100) : Number(amount);
  return Math.max(0, count < 0 ? clauses + count : count);
}

/** The last condition that holds decides; with fewer clauses than the first, all must match. */
function conditional(text: string, clauses: number): number {
  let result = clauses;
  for (const condition of text.split(/\s+/)) {
    const [, bound, amount] = /^(\d+)<(-?\d+%?)$/.exec(condition) ?? [];
    if (bound === undefined) throw parsingError(`failed to parse [minimum_should_match] with value [${text}]`);
    if (clauses <= Number(bound)) return result;
    result = minimumShouldMatch(amount, clauses);
  }
  return result;
}
