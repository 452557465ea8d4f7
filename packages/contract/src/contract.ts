/**
 * All services together. A module of its own: a function that imports one service through the package must not carry the others, and a
 * bundler can only leave out modules nobody asked for.
 */

import { type Contract, defineContract } from '@org/gateway-core';
import { documents } from './documents.js';
import { files } from './files.js';
import { system } from './system.js';

/** The organisation's API. The annotation keeps the emitted types small: see `Contract`. */
export const contract: Contract<{ documents: typeof documents; files: typeof files; system: typeof system }> = defineContract({
  documents,
  files,
  system,
});

/** Its type: what clients are typed by. */
export type AppContract = typeof contract;
