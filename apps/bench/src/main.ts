/** `npm run bench -- [name…]`: every benchmark, or the named ones and groups. Figures for people; no test depends on them. */

import { benchAdapter } from './adapter.js';
import { benchCapability } from './capability.js';
import { benchClientCalls } from './clients/client-calls.js';
import { benchClientSize } from './clients/client-size.js';
import { benchClientTypes } from './clients/client-types.js';
import { benchColdStart } from './cold-start.js';
import { benchContention } from './contention/contention.js';
import { benchFanout } from './fanout.js';
import { benchFind } from './find.js';
import { benchIam } from './iam.js';
import { benchLag } from './lag.js';
import { benchMessageRate } from './realtime/message-rate.js';
import { benchRecovery } from './realtime/recovery.js';
import { benchRoundtrip } from './realtime/roundtrip.js';
import { benchSearch } from './search-quality.js';
import { benchStage } from './stage.js';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  adapter: benchAdapter,
  'cold-start': benchColdStart,
  'client-size': benchClientSize,
  'client-calls': benchClientCalls,
  'client-types': benchClientTypes,
  capability: benchCapability,
  contention: benchContention,
  iam: benchIam,
  search: benchSearch,
  find: benchFind,
  lag: benchLag,
  fanout: benchFanout,
  stage: benchStage,
  roundtrip: benchRoundtrip,
  messages: benchMessageRate,
  recovery: benchRecovery,
};

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  backends: ['capability', 'iam', 'search', 'find', 'lag', 'stage'],
  clients: ['client-size', 'client-types', 'client-calls'],
  realtime: ['client-size', 'roundtrip', 'messages', 'recovery'],
};

const wanted = process.argv.slice(2).flatMap((name) => GROUPS[name] ?? [name]);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  const known = [...Object.keys(BENCHES), ...Object.keys(GROUPS)].join(', ');
  console.error(`unknown benchmark ${unknown.join(', ')}: expected ${known}`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) await BENCHES[name]?.();
