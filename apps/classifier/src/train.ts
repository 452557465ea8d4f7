/** Trains the model and writes `weights.json`: `node dist/train.js`. */
import { writeFileSync } from 'node:fs';
import { trainModel } from './train-model.js';

const file = new URL('../weights.json', import.meta.url);
const content = trainModel();
writeFileSync(file, content);
console.log(`wrote ${file.pathname} (${content.length} bytes)`);
