/** The trained model: labels for texts, with probabilities that mean what they say. See the README for how good it is. */
import { readFileSync } from 'node:fs';
import { featuresOf } from './features.js';
import { scoresOf, softmax } from './regression.js';
import { unpackWeights, type WeightsFile } from './weights-file.js';

/** A label and how probable it is, in [0, 1]. */
export interface ScoredLabel {
  readonly label: string;
  readonly probability: number;
}

/** What a text is about: the most probable label, and all of them, most probable first. Their probabilities sum to 1. */
export interface Classification extends ScoredLabel {
  readonly all: readonly ScoredLabel[];
}

/** Classifies one text. Any string has a classification; one without words gets about equal probabilities. */
export type Classify = (text: string) => Classification;

/** Reads `weights.json`, which lies beside `src` and `dist`. */
export function loadClassifier(file = new URL('../weights.json', import.meta.url)): Classify {
  return createClassifier(JSON.parse(readFileSync(file, 'utf8')) as WeightsFile);
}

/** A classifier of the given weights. */
export function createClassifier(weights: WeightsFile): Classify {
  const model = unpackWeights(weights);
  return (text) => {
    const probabilities = softmax(scoresOf(model, featuresOf(text)), weights.temperature);
    const all = weights.labels
      .map((label, index) => ({ label, probability: rounded(probabilities[index]!) }))
      .sort((left, right) => right.probability - left.probability);
    return { ...all[0]!, all };
  };
}

/** Four digits: more would only look exact. */
function rounded(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}
