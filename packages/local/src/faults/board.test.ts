import { describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { seededRandom } from '../gateway/socket.test.fixture.js';
import type { ReportEntry } from '../parts.js';
import { createFaultBoard, type FaultBoard } from './board.js';

const post = { connectionId: 'one=', text: '{"offset":7}' };

function createBoard(random: () => number = () => 0): {
  board: FaultBoard;
  clock: ReturnType<typeof createManualClock>;
  journal: ReportEntry[];
} {
  const clock = createManualClock(1_700_000_000_123);
  const journal: ReportEntry[] = [];
  return { board: createFaultBoard({ clock, report: (entry) => void journal.push(entry), random }), clock, journal };
}

/** Which of a number of posts are hit. */
function hits(board: FaultBoard, count: number): boolean[] {
  return Array.from({ length: count }, () => board.draw('post', post).length > 0);
}

describe('a fault', () => {
  it('hits everything at its place until it is ended, and nothing elsewhere', () => {
    const { board, journal } = createBoard();
    const lost = board.inject({ at: 'post', effect: 'lose' });
    expect(hits(board, 2)).toEqual([true, true]);
    expect(board.draw('frame', post)).toEqual([]);
    expect([board.has('post'), board.has('frame'), lost.hits]).toEqual([true, false, 2]);
    lost.end();
    lost.end();
    expect(hits(board, 2)).toEqual([false, false]);
    expect(journal).toHaveLength(2);
    expect(journal[0]).toMatchObject({ level: 'info', part: 'fault', message: 'post: "lose"', detail: { connectionId: 'one=' } });
  });

  it('lets some pass first, and ends by itself', () => {
    const { board } = createBoard();
    board.inject({ at: 'post', effect: 'gone', after: 2, times: 1 });
    expect(hits(board, 5)).toEqual([false, false, true, false, false]);
    expect(board.has('post')).toBe(false);
  });

  it('hits one in so many, the same for a seed, and draws for nothing else', () => {
    const share = (seed: number): boolean[] => {
      const { board } = createBoard(seededRandom(seed));
      board.inject({ at: 'post', effect: 'lose', oneIn: 4 });
      return hits(board, 4000);
    };
    expect(share(7)).toEqual(share(7));
    const count = share(7).filter(Boolean).length;
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1150);
    let draws = 0;
    const { board } = createBoard(() => {
      draws += 1;
      return 0;
    });
    board.inject({ at: 'post', effect: 'lose' });
    hits(board, 3);
    expect(draws).toBe(0);
  });

  it('hits what exceeds a rate, by the clock', async () => {
    const { board, clock } = createBoard();
    board.inject({ at: 'post', effect: 'throttle', perSecond: 2 });
    expect(hits(board, 4)).toEqual([false, false, true, true]);
    await clock.advance(500);
    expect(hits(board, 2)).toEqual([false, true]);
  });

  it('tells when it has hit so often', async () => {
    const { board } = createBoard();
    const fault = board.inject({ at: 'post', effect: 'lose' });
    const twice = fault.reached(2);
    hits(board, 2);
    await twice;
    await fault.reached();
  });

  it('hits in the order of injection, together with others', () => {
    const { board } = createBoard(() => 0.5);
    board.inject({ at: 'post', effect: { maxDelayMs: 100 } });
    board.inject({ at: 'post', effect: 'duplicate' });
    board.inject({ at: 'post', effect: { delayMs: 30 } });
    const effects = board.draw('post', post).map(({ effect }) => effect);
    expect(effects).toEqual([{ maxDelayMs: 100 }, 'duplicate', { delayMs: 30 }]);
    expect(effects.map((effect) => board.delayMs(effect))).toEqual([50, 0, 30]);
  });
});

describe('a fault is for', () => {
  it('one connection, a part of a text, or an answer to a question about it', () => {
    const { board } = createBoard();
    board.inject({ at: 'post', effect: 'lose', connectionId: 'other=' });
    board.inject({ at: 'post', effect: 'gone', text: '"offset":8' });
    board.inject({ at: 'post', effect: 'fail', text: (text) => text.length > 20 });
    expect(board.draw('post', post)).toEqual([]);
    expect(board.draw('post', { connectionId: 'other=', text: '{"offset":8,"body":"long"}' }).map(({ effect }) => effect)).toEqual([
      'lose',
      'gone',
      'fail',
    ]);
  });

  it('calls before they are done unless it says after, by operation and by a part of the caller', () => {
    const { board } = createBoard();
    board.inject({ at: 'call', effect: 'fail', operation: 'dynamodb:PutItem' });
    board.inject({ at: 'call', effect: 'cut', caller: 'Pump', when: 'after' });
    const call = { operation: 'dynamodb:PutItem', caller: 'arn:aws:sts::000000000000:assumed-role/Role/PumpFunction', text: '{}' };
    expect(board.draw('call', { ...call, when: 'before' }).map(({ effect }) => effect)).toEqual(['fail']);
    expect(board.draw('call', { ...call, when: 'after' }).map(({ effect }) => effect)).toEqual(['cut']);
    expect(board.draw('call', { ...call, operation: 'dynamodb:GetItem', when: 'before' })).toEqual([]);
  });
});
