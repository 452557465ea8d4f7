/** Prints how good the model is, on synthetic texts and on the READMEs that are installed: `node dist/measure.js [--errors]`. */
import { fileURLToPath } from 'node:url';
import { installedReadmes } from './installed-readmes.js';
import { type Classify, loadClassifier } from './model.js';
import { type Outcome, qualityOf } from './quality.js';
import { type Half, labelledPackages } from './readmes.js';
import { heldOutExamples } from './train-model.js';

const classify = loadClassifier();
print(
  'synthetic, held out',
  heldOutExamples().map(({ text, label }) => outcomeOf(classify, { name: '', text, expected: label })),
);
for (const half of ['development', 'test'] as const) print(`READMEs, ${half} half`, await readmeOutcomes(half));

function print(title: string, outcomes: readonly Outcome[]): void {
  const { count, accuracy, macroF1, calibrationError } = qualityOf(outcomes);
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  console.log(
    `${title}: ${count} texts, accuracy ${percent(accuracy)}, macro-F1 ${percent(macroF1)}, calibration error ${percent(calibrationError)}`,
  );
}

/** Errors are shown for the development half only: whoever improves the vocabulary must not look at the other. */
async function readmeOutcomes(half: Half): Promise<Outcome[]> {
  const store = fileURLToPath(new URL('../../../node_modules/.pnpm', import.meta.url));
  const readmes = await installedReadmes(store, new Set(labelledPackages.map(({ name }) => name)));
  const outcomes = labelledPackages
    .filter((each) => each.half === half && readmes.has(each.name))
    .map(({ name, label }) => ({ name, ...outcomeOf(classify, { name, text: readmes.get(name)!, expected: label }) }));
  if (half === 'development' && process.argv.includes('--errors')) {
    for (const { name, expected, predicted, probability } of outcomes.filter((each) => each.expected !== each.predicted))
      console.log(`  ${name}: ${expected}, got ${predicted} (${probability})`);
  }
  return outcomes;
}

function outcomeOf(model: Classify, { name, text, expected }: { name: string; text: string; expected: string }): Outcome {
  const { label, probability } = model(`${name}\n${text}`);
  return { expected, predicted: label, probability };
}
