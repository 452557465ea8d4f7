import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { createFaultBoard, type FaultBoard } from '../faults/board.js';
import { invokeWithFaults } from './faulty-invoke.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';
import type { PoolResult } from './pool.js';

const clock = createManualClock(1_700_000_000_123);
const createBoard = (): FaultBoard => createFaultBoard({ clock, report: () => undefined, random: () => 0 });
const failed = (errorType: string) => ({ kind: 'failed', failure: expect.objectContaining({ errorType }) });

function call(board: FaultBoard): { ran: () => number; result: Promise<PoolResult> } {
  let ran = 0;
  const result = invokeWithFaults(board, {
    definition: { name: 'Stage-PumpFunction', timeoutMs: 30_000 },
    payload: '{"Records":[1]}',
    requestId: 'r-1',
    clock,
    run: async () => {
      ran += 1;
      return { kind: 'answered', payload: '"done"' };
    },
  });
  return { ran: () => ran, result };
}

describe('a call of a function', () => {
  it('is refused, dies or times out before any code ran', async () => {
    const board = createBoard();
    const results: PoolResult[] = [];
    for (const effect of ['throttle', 'fail', 'time-out'] as const) {
      board.inject({ at: 'invoke', functionName: 'Pump', effect, times: 1 });
      const { ran, result } = call(board);
      results.push(await result);
      expect(ran()).toBe(0);
    }
    expect(results).toEqual([{ kind: 'throttled' }, failed('Runtime.ExitError'), failed('Sandbox.Timedout')]);
    expect(await call(board).result).toEqual({ kind: 'answered', payload: '"done"' });
  });

  it('does everything, and dies before it answers', async () => {
    const board = createBoard();
    board.inject({ at: 'invoke', text: '"Records"', effect: 'lose-answer', times: 1 });
    const { ran, result } = call(board);
    expect(await result).toEqual(failed('Runtime.ExitError'));
    expect(ran()).toBe(1);
  });

  it('starts late, by the clock', async () => {
    const board = createBoard();
    board.inject({ at: 'invoke', effect: { delayMs: 5_000 }, times: 1 });
    const { ran, result } = call(board);
    await clock.advance(4_999);
    expect(ran()).toBe(0);
    await clock.advance(1);
    expect(await result).toEqual({ kind: 'answered', payload: '"done"' });
  });

  it('is not hit by a fault of another function', async () => {
    const board = createBoard();
    board.inject({ at: 'invoke', functionName: 'Other', effect: 'fail' });
    expect(await call(board).result).toEqual({ kind: 'answered', payload: '"done"' });
  });
});

describe('killing a function', () => {
  let fixture: HostFixture | undefined;
  afterEach(() => fixture?.close());

  it('ends its busy environments; the next call starts cold', async () => {
    fixture = await startHost({
      'fn/index.mjs': `let calls = 0;
        export const handler = async ({ hang }) => {
          calls += 1;
          console.log('called');
          return hang ? new Promise((resolve) => setTimeout(resolve, 600_000)) : calls;
        };`,
    });
    const { host } = fixture;
    const cut = host.invoke('fn', { hang: true });
    await fixture.lineWith('called');
    host.kill('fn');
    host.kill('unknown');
    const { functionError, payload } = await cut;
    expect([functionError, JSON.parse(payload).errorType]).toEqual(['Unhandled', 'Runtime.ExitError']);
    expect((await host.invoke('fn', {})).payload).toBe('1');
  });
});
