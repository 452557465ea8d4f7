/** `npm run scale -- [SIZE…]`. */

import { runScale } from './scale.js';

const sizes = process.argv.slice(2).map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  console.error(`got ${process.argv.slice(2).join(' ')}, expected numbers of connections to measure: npm run scale -- 1000 10000`);
  process.exit(1);
}
await runScale(sizes.length > 0 ? sizes : undefined);
