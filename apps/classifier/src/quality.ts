/** How good predictions are: accuracy, F1 over labels, and how much probabilities can be believed. */

/** What was predicted for a text, and what it is. */
export interface Outcome {
  readonly expected: string;
  readonly predicted: string;
  /** Of the predicted label. */
  readonly probability: number;
}

export interface Quality {
  readonly count: number;
  /** Part of the predictions that are right. */
  readonly accuracy: number;
  /** Mean over the expected labels of the harmonic mean of precision and recall. */
  readonly macroF1: number;
  /** Mean distance of stated probability and accuracy over ten bins. https://arxiv.org/abs/1706.04599 */
  readonly calibrationError: number;
}

/** Measures a list of outcomes that is not empty. */
export function qualityOf(outcomes: readonly Outcome[]): Quality {
  const labels = [...new Set(outcomes.map(({ expected }) => expected))];
  return {
    count: outcomes.length,
    accuracy: mean(outcomes.map(right)),
    macroF1: mean(labels.map((label) => f1(outcomes, label))),
    calibrationError: calibrationError(outcomes),
  };
}

function f1(outcomes: readonly Outcome[], label: string): number {
  const hits = outcomes.filter(({ expected, predicted }) => expected === label && predicted === label).length;
  const expected = outcomes.filter((outcome) => outcome.expected === label).length;
  const predicted = outcomes.filter((outcome) => outcome.predicted === label).length;
  return expected + predicted === 0 ? 0 : (2 * hits) / (expected + predicted);
}

function calibrationError(outcomes: readonly Outcome[]): number {
  const bins = Array.from({ length: 10 }, (_, bin) =>
    outcomes.filter(({ probability }) => Math.min(9, Math.floor(probability * 10)) === bin),
  );
  const distances = bins
    .filter((bin) => bin.length > 0)
    .map((bin) => bin.length * Math.abs(mean(bin.map(right)) - mean(bin.map((each) => each.probability))));
  return distances.reduce((sum, distance) => sum + distance, 0) / outcomes.length;
}

function right({ expected, predicted }: Outcome): number {
  return expected === predicted ? 1 : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
