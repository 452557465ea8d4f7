/**
 * The edge runtime of Cloudflare, https://github.com/cloudflare/workerd: its program is one bundle, and its test prints what was heard. The
 * stage on this machine has to be allowed in its network.
 */

import { edgeBundle } from './bundles.js';
import type { FreshProject } from './fresh-project.js';
import type { Talk } from './programs.js';

export const WORKERD = { package: 'workerd@1.20261117.1', command: 'workerd', args: ['test', 'workerd.capnp'] } as const;

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .program),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
);
const program :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
);
`;

/** Writes what `workerd test workerd.capnp` runs; the project has `entry.js`. */
export async function writeWorker(project: FreshProject, talk: Talk): Promise<void> {
  const { files } = await edgeBundle(project.folder, 'entry.js');
  await project.write('workerd.capnp', CONFIG);
  await project.write(
    'worker.js',
    `${files['program.js']}
export default { async test() { console.log(JSON.stringify(await program.talk(${JSON.stringify(talk)}))); } };
`,
  );
}
