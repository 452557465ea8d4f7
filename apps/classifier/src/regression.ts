/**
 * Multinomial logistic regression over sparse features, learned by stochastic gradient descent with AdaGrad steps. Deterministic: the same
 * examples and seed give the same weights on every machine (V8 computes `exp` and `log` itself).
 * https://jmlr.org/papers/v12/duchi11a.html
 */
import type { Features } from './features.js';
import { createRandom, shuffled } from './random.js';

/** An example as numbers; `label` is the index of the row. */
export interface Sample {
  readonly features: Features;
  readonly label: number;
}

/** A linear model: a score per label is `bias + weights · features`. */
export interface LinearModel {
  /** The weights of all labels, by bucket; a bucket that is not here weighs nothing. */
  readonly weights: ReadonlyMap<number, Float64Array>;
  readonly bias: Float64Array;
}

export interface FitOptions {
  readonly labelCount: number;
  readonly epochs: number;
  readonly stepSize: number;
  /** How strongly weights are pulled to 0 whenever their bucket is seen. */
  readonly decay: number;
  readonly seed: number;
}

/** Learns a model. */
export function fit(samples: readonly Sample[], options: FitOptions): LinearModel {
  const { labelCount, epochs, stepSize, decay, seed } = options;
  const weights = new Map<number, Float64Array>();
  const squares = new Map<number, Float64Array>();
  const bias = new Float64Array(labelCount);
  const row = (of: Map<number, Float64Array>, bucket: number): Float64Array => {
    const known = of.get(bucket);
    if (known !== undefined) return known;
    const made = new Float64Array(labelCount);
    of.set(bucket, made);
    return made;
  };
  const random = createRandom(seed);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (const { features, label } of shuffled(random, samples)) {
      const errors = softmax(scoresOf({ weights, bias }, features));
      errors[label]! -= 1;
      for (const [bucket, value] of features) {
        const [weight, square] = [row(weights, bucket), row(squares, bucket)];
        for (let index = 0; index < labelCount; index += 1) {
          const gradient = errors[index]! * value + decay * weight[index]!;
          square[index]! += gradient * gradient;
          weight[index]! -= (stepSize * gradient) / Math.sqrt(square[index]! + 1e-8);
        }
      }
      for (let index = 0; index < labelCount; index += 1) bias[index]! -= 0.01 * stepSize * errors[index]!;
    }
  }
  return { weights, bias };
}

/** One score per label. */
export function scoresOf({ weights, bias }: LinearModel, features: Features): Float64Array {
  const scores = Float64Array.from(bias);
  for (const [bucket, value] of features) {
    const weight = weights.get(bucket);
    if (weight === undefined) continue;
    for (let index = 0; index < scores.length; index += 1) scores[index]! += weight[index]! * value;
  }
  return scores;
}

/** Probabilities of scores; sum to 1. @param temperature above 1 makes them less sure, @default 1 */
export function softmax(scores: Float64Array, temperature = 1): Float64Array {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - highest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
