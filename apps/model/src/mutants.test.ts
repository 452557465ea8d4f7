/**
 * A model that cannot fail proves nothing: each of these breaks one mechanism, and the model has to find it within a few seeds, which it
 * passes when nothing is broken.
 */

import { describe, expect, it } from 'vitest';
import type { Mutant } from './backend.js';
import type { Fault } from './faults.js';
import type { Tap } from './network.js';
import type { PageClock } from './page.js';
import { runSeed } from './run-seed.js';

/** Timers of one length never ring. */
const without =
  (delayMs: number) =>
  ({ now, after }: PageClock): PageClock => ({ now, after: (ms, run) => (ms === delayMs ? () => {} : after(ms, run)) });

/** `gw.sync` is answered, and repairs nothing. */
const nothingMissed: Tap = (_, text) => (text.includes('"method":"gw.sync"') ? text.replace(/"s":\[.*\],"exp"/, '"s":[],"exp"') : text);

interface Broken {
  readonly what: string;
  readonly mutant: Mutant;
  /** What is broken besides, and is not what is to be found. @default nothing */
  readonly sound?: Mutant;
  /** Faults that it takes. */
  readonly faults: readonly Fault[];
  /** How often they come. @default what the seed says */
  readonly intensity?: number;
  /** What the oracle says. */
  readonly found: RegExp;
}

const BROKEN: readonly Broken[] = [
  {
    what: 'a client that hands out what is pushed as it comes: repetitions',
    mutant: { takesPushes: true },
    faults: ['post twice'],
    intensity: 10,
    found: /a repetition/,
  },
  {
    what: 'a client that hands out what is pushed as it comes: holes',
    mutant: { takesPushes: true },
    faults: ['post late', 'post lost'],
    intensity: 10,
    found: /a hole/,
  },
  {
    what: 'a server that says to every gw.sync that nothing was missed',
    mutant: { tap: nothingMissed },
    faults: ['post lost'],
    intensity: 10,
    found: /stands at/,
  },
  {
    what: 'a client that does not ask for what is missing before the next heartbeat',
    mutant: { clock: without(200) },
    faults: ['post lost'],
    intensity: 10,
    found: /stands at/,
  },
  {
    what: 'a client that never notices that its peer is gone',
    mutant: { clock: without(5_000) },
    faults: ['link half-open'],
    intensity: 10,
    found: /stands at|never started/,
  },
  {
    what: 'a server that reads the head before it stores the subscription, once nothing repairs that',
    mutant: {
      tap: nothingMissed,
      stores: ({ topics, subscriptions }) => {
        const early = new Map<string, Awaited<ReturnType<typeof topics.head>>>();
        return {
          subscriptions: {
            ...subscriptions,
            claim: async (subscription) => {
              const { topic } = subscription.key;
              const head = await topics.head(topic);
              for (let read = 0; read < 200; read++) await subscriptions.get(subscription.key);
              early.set(topic, head);
              return subscriptions.claim(subscription);
            },
          },
          topics: {
            ...topics,
            head: async (topic) => {
              const head = early.get(topic) ?? (await topics.head(topic));
              early.delete(topic);
              return head;
            },
          },
        };
      },
    },
    sound: { tap: nothingMissed },
    faults: [],
    found: /stands at|never started|though nothing went wrong/,
  },
  {
    what: 'a server that executes a mutation again that comes again under its key',
    mutant: { tap: (direction, text) => (direction === 'up' ? text.replace(/"k":"[^"]*",/, '') : text) },
    faults: ['link reset', 'reply lost'],
    intensity: 10,
    found: /ran 2 times/,
  },
  {
    what: 'a server that answers one caller with the reply of another',
    mutant: {
      stores: ({ replies }) => ({
        replies: {
          begin: (claim) => replies.begin({ ...claim, row: 'K#all', inputHash: 'same' }),
          finish: (_, token, reply) => replies.finish('K#all', token, reply),
          release: (_, token) => replies.release('K#all', token),
        },
      }),
    },
    faults: [],
    found: /was answered/,
  },
  {
    what: 'a log that stores what is published again under its key',
    mutant: { stores: ({ topics }) => ({ topics: { ...topics, append: (topic, data, seconds) => topics.append(topic, data, seconds) } }) },
    faults: ['publisher died'],
    intensity: 10,
    found: /stored 2 times/,
  },
  {
    what: 'a log that puts an event where another one is',
    mutant: {
      table: (table) => ({ ...table, put: (row, condition) => table.put(row, String(row.sk).startsWith('E#') ? undefined : condition) }),
    },
    faults: ['table slow'],
    found: /published was|got .* which nobody|stands at/,
  },
];

const SEEDS = 12;

describe('the model finds', () => {
  for (const { what, mutant, sound, faults, intensity, found } of BROKEN) {
    it(what, async () => {
      const only = new Set(faults);
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { violations } = await runSeed({ seed, shape: 'brief', only, intensity, mutant });
        if (violations.length === 0) continue;
        const { violations: others } = await runSeed({ seed, shape: 'brief', only, intensity, mutant: sound ?? {} });
        // What is broken besides may be found too, under some seeds.
        if (sound && others.length > 0) continue;
        expect(others).toEqual([]);
        expect(violations.join('\n')).toMatch(found);
        return;
      }
      expect.fail(`${what} was not found in ${SEEDS} seeds`);
    });
  }
});
