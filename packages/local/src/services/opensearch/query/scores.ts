/** What a query comes to: a score per document number, NaN for one that does not match. */

export type Scores = Float64Array;

/** Nothing matches yet. */
export function noScores(size: number): Scores {
  return new Float64Array(size).fill(Number.NaN);
}

export function matches(scores: Scores, document: number): boolean {
  return !Number.isNaN(scores[document]!);
}

/** Multiplies all scores. */
export function boosted(scores: Scores, boost: number): Scores {
  if (boost !== 1) for (let document = 0; document < scores.length; document++) scores[document]! *= boost;
  return scores;
}

/** The best score of each document, and a share of the others: Lucene's disjunction. Matches what any of the lists matches. */
export function disjunctionMax(lists: readonly Scores[], tieBreaker: number, size: number): Scores {
  const scores = noScores(size);
  for (let document = 0; document < size; document++) {
    let best = Number.NaN;
    let sum = 0;
    for (const list of lists) {
      const score = list[document]!;
      if (Number.isNaN(score)) continue;
      sum += score;
      if (!(best >= score)) best = score;
    }
    if (!Number.isNaN(best)) scores[document] = best + tieBreaker * (sum - best);
  }
  return scores;
}

/** Sums the scores of clauses of which at least `minimum` must match. Lists that are made as they are read are not kept: there may be thousands. */
export function atLeast(lists: Iterable<Scores>, minimum: number, size: number): Scores {
  const scores = noScores(size);
  const counts = new Uint16Array(size);
  for (const list of lists) {
    for (let document = 0; document < size; document++) {
      const score = list[document]!;
      if (Number.isNaN(score)) continue;
      counts[document]!++;
      const present = scores[document]!;
      scores[document] = Number.isNaN(present) ? score : present + score;
    }
  }
  const needed = Math.max(1, minimum);
  for (let document = 0; document < size; document++) if (counts[document]! < needed) scores[document] = Number.NaN;
  return scores;
}
