/**
 * One key, sent again and again: by callers who give up, to functions that are slow, die before or after they did what they do, or cannot
 * reach the store, in any order. What is checked is PROTOCOL.md P3.23 as callers see it, on a clock that only the test moves.
 */

import { GatewayError } from '@org/gateway-core/errors';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { failure, type Outcome } from '../execute/outcome.js';
import { createLogger } from '../telemetry/logger.js';
import { createManualClock } from '../websocket/clock.fixture.js';
import { createMemoryReplyStore } from './memory-reply-store.js';
import type { ReplyStore } from './reply-store.js';
import { runOnce } from './run-once.js';

interface Send {
  readonly atS: number;
  /** How long its caller waits. */
  readonly waitsS: number;
  /** How long its execution takes, if it is the one: some outlive their lease. */
  readonly worksS: number;
  readonly dies: 'never' | 'before it did anything' | 'after it did it';
  /** Ends in an error that may pass. */
  readonly fails: boolean;
}

interface Plan {
  readonly sends: readonly Send[];
  /** What becomes of the store's operations, in turn; after the last all go well. */
  readonly store: readonly ('ok' | 'refused' | 'answer lost')[];
}

const LEASE_MS = 28_000;

const send: fc.Arbitrary<Send> = fc.record({
  atS: fc.nat(80),
  waitsS: fc.integer({ min: 1, max: 27 }),
  worksS: fc.oneof({ weight: 4, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(50) }),
  dies: fc.constantFrom('never', 'never', 'never', 'before it did anything', 'after it did it'),
  fails: fc.boolean(),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  sends: fc.array(send, { minLength: 2, maxLength: 8 }),
  store: fc.array(fc.constantFrom('ok', 'ok', 'ok', 'refused', 'answer lost'), { maxLength: 12 }),
});

/** Effects, the time each execution began and ended at, and every answer in the order they came. */
async function play({ sends, store: troubles }: Plan, idempotent: boolean) {
  const clock = createManualClock();
  const startMs = clock.now();
  let ids = 0;
  const memory = createMemoryReplyStore({ clock, newId: () => `t${++ids}` });
  const queue = [...troubles];
  const troubled =
    <TArguments extends readonly unknown[], TResult>(operation: (...given: TArguments) => Promise<TResult>) =>
    async (...given: TArguments): Promise<TResult> => {
      const trouble = queue.shift() ?? 'ok';
      const result = trouble === 'refused' ? undefined : await operation(...given);
      if (trouble === 'ok') return result as TResult;
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    };
  const store: ReplyStore = { begin: troubled(memory.begin), finish: troubled(memory.finish), release: troubled(memory.release) };
  const executions: { readonly beganMs: number }[] = [];
  const answers: Outcome[] = [];
  let effects = 0;
  const log = createLogger({}, () => {});
  const request = async ({ waitsS, worksS, dies, fails }: Send): Promise<Outcome> => {
    const end = new AbortController();
    void clock.sleep(waitsS * 1_000).then(() => end.abort());
    const run = async (): Promise<Outcome> => {
      executions.push({ beganMs: clock.now() });
      if (dies === 'before it did anything') return new Promise(() => {});
      await clock.sleep(worksS * 500);
      const effect = ++effects;
      if (dies === 'after it did it') return new Promise(() => {});
      await clock.sleep(worksS * 500);
      return fails ? failure('SERVICE_UNAVAILABLE', `no. ${effect}`) : { ok: true, data: effect };
    };
    const call = { key: 'k', path: 'till.sell', userId: null, input: {}, requestId: 'r', log };
    const replies = { store, clock, random: () => 0.5 };
    const late = new Promise<Outcome>((resolve) => {
      end.signal.addEventListener('abort', () => resolve(failure('TIMEOUT', 'its caller is gone')));
    });
    return Promise.race([runOnce(replies, { ...call, idempotent, leaseMs: LEASE_MS, signal: end.signal }, run), late]);
  };
  const pending = new Set(sends);
  let open = 0;
  for (let second = 0; second <= 200; second++) {
    for (const each of pending) {
      if (each.atS !== second) continue;
      pending.delete(each);
      open += 1;
      void request(each)
        .catch((cause: GatewayError) => failure(cause.code as 'SERVICE_UNAVAILABLE', cause.message))
        .then((outcome) => {
          open -= 1;
          answers.push(outcome);
        });
    }
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    if (pending.size === 0 && clock.sleepers === 0) break;
    clock.advance(1_000);
  }
  return { effects, executions: executions.map(({ beganMs }) => beganMs - startMs), answers, open };
}

const dataOf = (outcome: Outcome): unknown => (outcome.ok ? outcome.data : undefined);

it('P3.23 has at most one effect per key, whatever is resent, dies or is slow, and never two results', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      const { effects, executions, answers, open } = await play(given, false);
      expect(effects).toBeLessThanOrEqual(1);
      expect(executions.length).toBeLessThanOrEqual(1);
      expect(new Set(answers.filter(({ ok }) => ok).map(dataOf)).size).toBeLessThanOrEqual(1);
      // P3.24: everybody is answered.
      expect([open, answers.length]).toEqual([0, given.sends.length]);
    }),
    { numRuns: 150 },
  );
});

it('P3.23 runs an idempotent procedure again only when the one before failed or had its time', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      const { executions, answers, open } = await play(given, true);
      const untroubled = given.store.every((trouble) => trouble === 'ok');
      const soundly = untroubled && given.sends.every(({ fails, dies, worksS }) => !fails && dies === 'never' && worksS < 29);
      if (soundly) expect(executions).toHaveLength(1);
      const gaps = executions.slice(1).map((beganMs, at) => beganMs - (executions[at] ?? 0));
      if (given.sends.every(({ fails }) => !fails)) for (const gapMs of gaps) expect(gapMs).toBeGreaterThanOrEqual(LEASE_MS);
      expect([open, answers.length]).toEqual([0, given.sends.length]);
    }),
    { numRuns: 100 },
  );
});
