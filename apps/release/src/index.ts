/** How the published packages are packed and compiled against, for tests of what is installed. Private: a part of the workshop. */

export { USER_COMPILER_OPTIONS } from './compiler-options.js';
export { packAll } from './pack.js';
export { unpackInto } from './unpack.js';
export { entryPoints, ROOT } from './workspace.js';
