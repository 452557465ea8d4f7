/** What the console shows of IAM: `GET /_stage/decisions?limit=100` on the site's origin. */
import type { Decision, DecisionCount } from './decision-log.js';
import type { Evaluator } from './evaluator.js';
import type { UnusedGrant } from './grant-usage.js';

export interface DecisionsDocument {
  /** The newest first. */
  readonly decisions: readonly Decision[];
  readonly counts: readonly DecisionCount[];
  readonly unusedGrants: readonly UnusedGrant[];
}

/** Makes the document. @param query `limit`: how many decisions, 1 to 1,000, @default 100 */
export function decisionsDocument(iam: Evaluator, query: URLSearchParams): DecisionsDocument {
  const limit = Number(query.get('limit') ?? 100);
  const known = Number.isInteger(limit) && limit >= 1 && limit <= 1000;
  return { decisions: iam.decisions(known ? limit : 100), counts: iam.counts(), unusedGrants: iam.unusedGrants() };
}
