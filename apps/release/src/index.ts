/** How the published packages are packed, checked and described. Private: a part of the workshop. */

export { openTarball, type PackedPackage, packAll } from './pack.js';
export { unpackInto } from './unpack.js';
export { type EntryPoint, entryPoints, type Manifest, type PublishedPackage, publishedPackages, ROOT } from './workspace.js';
