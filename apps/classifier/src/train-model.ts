/** The training as one pure function: what `train.ts` writes and what a test repeats. */
import { type Example, synthesize } from './corpus/synthesize.js';
import { featuresOf } from './features.js';
import { labels } from './labels.js';
import { createRandom } from './random.js';
import { fit, type Sample } from './regression.js';
import { formatWeights, packWeights } from './weights-file.js';

/**
 * Divides scores before they become probabilities. Chosen on the development half of the real READMEs (`measure.ts`): synthetic texts are
 * easier than real ones, so a temperature fitted on them would be too sure of itself.
 */
const temperature = 0.6;

/** The content of `weights.json`: the same at every call. Takes about a second. */
export function trainModel(): string {
  const examples = synthesize({ random: createRandom(20_261_125), perLabel: 400, foreign: 0.25 });
  const model = fit(examples.map(sampleOf), { labelCount: labels.length, epochs: 5, stepSize: 0.5, decay: 0.0002, seed: 7 });
  return formatWeights(packWeights(model, { labels, temperature }));
}

/** Texts of the same kind that training has not seen. */
export function heldOutExamples(): Example[] {
  return synthesize({ random: createRandom(77), perLabel: 200, foreign: 0.2 });
}

function sampleOf({ text, label }: Example): Sample {
  return { features: featuresOf(text), label: labels.indexOf(label) };
}
