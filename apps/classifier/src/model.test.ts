import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { installedReadmes } from './installed-readmes.js';
import { labels } from './labels.js';
import { loadClassifier } from './model.js';
import { qualityOf } from './quality.js';
import { labelledPackages } from './readmes.js';
import { heldOutExamples, trainModel } from './train-model.js';

const classify = loadClassifier();

describe('the classifier', () => {
  test.each([
    ['A fast HTTP router with middleware for request and response handling', 'web'],
    ['An embedded key-value database on top of LevelDB with batch writes and iterators', 'database'],
    ['Test runner with assertions, spies and snapshot testing', 'testing'],
    ['CDK constructs that deploy a Lambda function behind API Gateway', 'cloud'],
    ['Bundler and minifier with tree shaking and source maps', 'build'],
    ['Markdown to HTML, with Unicode strings and escaping of entities', 'text'],
    ['XSS sanitizer, cleans malicious HTML', 'security'],
    ['Spawn a child process and read its stdout as a stream', 'runtime'],
    ['Type definitions for ws', 'language'],
    ['Immutable data structures: a sorted tree, a heap and a queue', 'data'],
  ])('calls "%s" %s', (text, label) => {
    expect(classify(text).label).toBe(label);
  });

  test('gives every label, most probable first, with probabilities that sum to 1', () => {
    const { all, label, probability } = classify('a query builder for SQL');
    expect(all.map((each) => each.label).sort()).toEqual([...labels]);
    expect(all[0]).toEqual({ label, probability });
    expect(all.map((each) => each.probability)).toEqual(all.map((each) => each.probability).sort((left, right) => right - left));
    expect(all.reduce((sum, each) => sum + each.probability, 0)).toBeCloseTo(1, 2);
  });

  test.each(['', '   ', '…', '日本語のテキスト', '<'.repeat(30_000), '\ud800'])('is not sure of text without words, %#', (text) => {
    expect(classify(text).probability).toBeLessThan(0.3);
  });

  test('looks at the beginning of a text only', () => {
    const web = 'http server router middleware '.repeat(1_000);
    expect(classify(web + 'sql database query '.repeat(40_000))).toEqual(classify(web));
  });
});

describe('weights.json', () => {
  // That the file can be made again; how good it is, the texts above and below say.
  test('is reproducible: training writes it again, byte for byte', () => {
    const committed = readFileSync(new URL('../weights.json', import.meta.url), 'utf8');
    expect(committed === trainModel(), 'run "node dist/train.js" and commit weights.json').toBe(true);
  });

  test('is small enough for a repository', () => {
    expect(readFileSync(new URL('../weights.json', import.meta.url)).length).toBeLessThan(220_000);
  });
});

/** Fewer texts than this say nothing within a few points. */
const leastReadmes = 60;

describe('quality', () => {
  // Labelled by what made them: that training has worked, not that the model knows real texts.
  test('is at least 93 % on synthetic texts that training has not seen', () => {
    const outcomes = heldOutExamples().map(({ text, label }) => {
      const { label: predicted, probability } = classify(text);
      return { expected: label, predicted, probability };
    });
    expect(qualityOf(outcomes).accuracy).toBeGreaterThan(0.93);
  });

  test('is at least 78 % on the installed READMEs of the test half, labelled by hand', async ({ skip }) => {
    const store = fileURLToPath(new URL('../../../node_modules/.pnpm', import.meta.url));
    const tested = labelledPackages.filter(({ half }) => half === 'test');
    const readmes = await installedReadmes(store, new Set(tested.map(({ name }) => name)));
    skip(
      readmes.size < leastReadmes,
      `only ${readmes.size} of the ${tested.length} labelled packages are installed, with ${leastReadmes} to measure on`,
    );
    const outcomes = tested
      .filter(({ name }) => readmes.has(name))
      .map(({ name, label }) => {
        const { label: predicted, probability } = classify(`${name}\n${readmes.get(name)}`);
        return { expected: label, predicted, probability };
      });
    expect(qualityOf(outcomes).accuracy).toBeGreaterThan(0.78);
  });

  test('is measured by accuracy, macro-F1 and calibration error', () => {
    const outcomes = [
      { expected: 'a', predicted: 'a', probability: 0.95 },
      { expected: 'a', predicted: 'b', probability: 0.55 },
      { expected: 'b', predicted: 'b', probability: 0.95 },
      { expected: 'b', predicted: 'b', probability: 0.55 },
    ];
    const { count, accuracy, macroF1, calibrationError } = qualityOf(outcomes);
    // F1 of a: 2·1/(2+1); of b: 2·2/(2+3). Bins: 2 at 0.95 all right, 2 at 0.55 half right.
    expect([count, accuracy]).toEqual([4, 0.75]);
    expect(macroF1).toBeCloseTo((2 / 3 + 4 / 5) / 2, 10);
    expect(calibrationError).toBeCloseTo(0.05, 10);
  });
});
