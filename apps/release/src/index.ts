/** How the published packages are packed, for tests of what is installed. Private: a part of the workshop. */

export { packAll } from './pack.js';
export { unpackInto } from './unpack.js';
export { entryPoints, ROOT } from './workspace.js';
