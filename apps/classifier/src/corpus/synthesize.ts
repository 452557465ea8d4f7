/**
 * Makes labelled texts that read a little like READMEs: a name, sentences that mix phrases of one or two topics of the label, and much that
 * every README has. A part of the phrases comes from other labels, so that no single word decides.
 */
import { type Label, labels } from '../labels.js';
import { between, pick, type Random } from '../random.js';
import { vocabulary } from './vocabulary.js';

/** A text and what it is about. */
export interface Example {
  readonly text: string;
  readonly label: Label;
}

export interface SynthesisOptions {
  readonly random: Random;
  readonly perLabel: number;
  /** Which part of the phrases comes from another label, in [0, 1). */
  readonly foreign: number;
}

/** Makes `perLabel` texts for each label, in the labels' order. */
export function synthesize({ random, perLabel, foreign }: SynthesisOptions): Example[] {
  return labels.flatMap((label) => Array.from({ length: perLabel }, () => ({ label, text: textAbout(label, random, foreign) })));
}

function textAbout(label: Label, random: Random, foreign: number): string {
  const topics = [pick(random, vocabulary[label]), pick(random, vocabulary[label])];
  const phrase = (): string => {
    if (random() < foreign) return pick(random, pick(random, vocabulary[pick(random, labels)]));
    return pick(random, topics[random() < 0.75 ? 0 : 1]!);
  };
  const sentences = Array.from({ length: between(random, 1, 9) }, () => sentence(random, phrase));
  const parts = [`# ${pick(random, names)}`, ...sentences];
  const filler = Array.from({ length: between(random, 0, 8) }, () => pick(random, fillers));
  return [...parts, ...filler].join('\n');
}

function sentence(random: Random, phrase: () => string): string {
  return pick(random, sentences).replaceAll('%', phrase);
}

/** `%` is a phrase. */
const sentences = [
  'A library for %, with % and %.',
  '%: %, simple and fast.',
  'Provides % for %.',
  'This package handles %. It supports %, % and %.',
  '- %',
  '- % and %',
  'Supports % without %.',
  'A tiny % with %',
  '% made easy for JavaScript and TypeScript',
  'It gives you % when you need %.',
  '## %',
  'Implements % as in %.',
  'Use % to get %; see also %.',
  'Why %? Because % is hard.',
];

const names = [
  'kit',
  'tiny',
  'fast',
  'core',
  'utils',
  'js',
  'node',
  'lib',
  'simple',
  'super',
  'mini',
  'open',
  'easy',
  'next',
  'pro',
  'lite',
];

/** What every README may have; it says nothing about the label. */
const fillers = [
  'npm install',
  'Install with npm, yarn, pnpm or bun',
  '## Usage',
  '## Installation',
  '## API',
  '## License MIT',
  'MIT licensed, copyright of the contributors',
  '## Contributing: pull requests are welcome, please open an issue first',
  'NPM version, build status, coverage, downloads, GitHub stars, discord',
  'Works in Node.js and modern browsers, ES modules and CommonJS',
  'const result = require or import the default export and call the function',
  '## Options: name, type, default, description, example',
  'Returns an object; throws an error when the argument is invalid',
  '## Changelog and releases, see the documentation on the website',
  'Written in TypeScript with zero dependencies, small and lightweight, high performance',
  'Table of contents: getting started, features, examples, FAQ, related projects, sponsors',
  'Tests: simply clone the repo, npm install, and run npm test',
  'Simple, fast, tiny, modern, safe, popular, stable, maintained, production ready',
  'package, package url, version, npm badge, deps svg, dev deps, dependency status, license image, downloads image, npm stats',
  'github actions, codecov, runkit, tidelift, enterprise support, available as part of a subscription, security contact',
  'const assert = require; assert equal; example, getting started, most common usage is',
  'Options: string, boolean, number, array, object, function, callback, value, key, name, true, false, null, undefined',
  'This module is used internally; you probably should not use this package directly, at least',
  'More information about the project, code of conduct, roadmap, community, blog, guide, team',
  'Special thanks to all sponsors and contributors who support this project',
];
