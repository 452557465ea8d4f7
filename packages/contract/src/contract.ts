/**
 * All services together. A module of its own: a function that imports one service through the package must not carry the others, and a
 * bundler can only leave out modules nobody asked for.
 */

import { type Contract, defineContract } from '@org/gateway-core';
import { account } from './account.js';
import { answers } from './answers.js';
import { chat } from './chat.js';
import { documents } from './documents.js';
import { events } from './events.js';
import { files } from './files.js';
import { graph } from './graph.js';
import { inference } from './inference.js';
import { operations } from './operations.js';
import { search } from './search.js';
import { system } from './system.js';

/** The organisation's API. The annotation keeps the emitted types small: see `Contract`. */
export const contract: Contract<{
  account: typeof account;
  answers: typeof answers;
  chat: typeof chat;
  documents: typeof documents;
  events: typeof events;
  files: typeof files;
  graph: typeof graph;
  inference: typeof inference;
  operations: typeof operations;
  search: typeof search;
  system: typeof system;
}> = defineContract({ account, answers, chat, documents, events, files, graph, inference, operations, search, system });

/** Its type: what clients are typed by. */
export type AppContract = typeof contract;
