/**
 * Search: full text over the documents. The index follows them within moments of each change; `rebuild` makes it anew,
 * for operators: whoever has its scope.
 */

import { error, mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';
import { FOLDER } from './document-fields.js';

/** A text in runs; a page marks those that matched. */
const Runs = () => z.array(z.object({ text: z.string(), match: z.boolean() }));

const Hit = () =>
  z.object({
    id: z.string(),
    folder: z.string(),
    title: z.string(),
    version: z.int().positive(),
    updatedAtMs: z.int(),
    /** How well it matches; higher is better. Null without words to search for. */
    score: z.number().nullable(),
    /** The title with its matches. */
    titleRuns: Runs(),
    /** Pieces of the body around matches. */
    excerpts: z.array(Runs()),
  });

const Rebuild = () =>
  z.object({
    jobId: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    /** Documents written so far; those that changed meanwhile count twice. */
    indexed: z.int().nonnegative(),
    /** Entries taken out because their document is gone. */
    removed: z.int().nonnegative(),
    startedAtMs: z.int(),
    updatedAtMs: z.int(),
  });

export const search = service('search', {
  find: query({
    summary: 'Documents with these words, best first; without words, newest change first',
    auth: 'public',
    input: () =>
      z.object({
        text: z.string().trim().max(200).optional(),
        /** The last word may go on: for results while typing. */
        lastWordIsPrefix: z.boolean().default(false),
        folder: z
          .string()
          .regex(...FOLDER)
          .optional(),
        /** Changed at this time or later, and at this time or before. */
        updatedFromMs: z.int().optional(),
        updatedToMs: z.int().optional(),
        limit: z.int().min(1).max(50).default(10),
        /** `nextCursor` of the page before. */
        cursor: z.string().max(2_000).optional(),
      }),
    output: () =>
      z.object({
        items: z.array(Hit()),
        /** Found in all; exact up to 10,000. */
        total: z.int().nonnegative(),
        /** How many of them each folder has, most first. */
        folders: z.array(z.object({ folder: z.string(), count: z.int().positive() })),
        nextCursor: z.string().nullable(),
      }),
    errors: {
      /** `rebuild` makes it. */
      INDEX_MISSING: error('FAILED_DEPENDENCY', () => z.object({ index: z.string() })),
    },
    rest: 'GET /search',
  }),

  popular: query({
    summary: 'What was searched for most in the last days',
    auth: 'public',
    input: () => z.object({ days: z.int().min(1).max(7).default(7), limit: z.int().min(1).max(100).default(10) }),
    output: () => z.object({ items: z.array(z.object({ text: z.string(), count: z.int().positive() })) }),
    rest: 'GET /search/popular',
  }),

  rebuild: mutation({
    summary: 'Has the index made anew from the documents; while one is being made, answers that one',
    auth: { scopes: ['search:rebuild'] },
    idempotent: true,
    input: () =>
      z.object({
        /** Drops the index first: needed once its fields have changed. Until the end some documents are not found then. */
        fromScratch: z.boolean().default(false),
      }),
    output: Rebuild,
    rest: { route: 'POST /search/rebuild', status: 202 },
  }),

  status: query({
    summary: 'How far the last rebuild is',
    auth: 'public',
    output: Rebuild,
    errors: { NOT_FOUND: () => z.object({ index: z.string() }) },
    rest: 'GET /search/rebuild',
  }),
});
