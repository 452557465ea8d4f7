/** `pnpm bench [name…]`: every benchmark, or the named ones. Figures for people; no test depends on them. */

import { benchAdapter } from './adapter.js';
import { benchClientSize } from './client-size.js';
import { benchColdStart } from './cold-start.js';
import { benchSearch } from './search-quality.js';
import { benchStage } from './stage.js';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  adapter: benchAdapter,
  'cold-start': benchColdStart,
  'client-size': benchClientSize,
  search: benchSearch,
  stage: benchStage,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`unknown benchmark ${unknown.join(', ')}: expected ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) await BENCHES[name]?.();
