import { describe, expect, it } from 'vitest';
import { type PartRun, runParts } from './run-parts.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Parts that are answered by hand, in the order they were sent. */
function setUp(options: Partial<PartRun> = {}) {
  const sent: { part: number; signal: AbortSignal; arrive: () => void; fail: (failure: Error) => void }[] = [];
  const pauses: number[] = [];
  const cancel = new AbortController();
  const run = runParts({
    parts: [1, 2, 3, 4],
    concurrency: 3,
    attempts: 3,
    mayRepeat: () => true,
    pause: async (attempt) => void pauses.push(attempt),
    send: (part, signal) => new Promise<void>((arrive, fail) => sent.push({ part, signal, arrive, fail })),
    signal: cancel.signal,
    ...options,
  });
  run.catch(() => undefined);
  return { run, sent, pauses, cancel, numbers: () => sent.map(({ part }) => part) };
}

describe('runParts', () => {
  it('sends three at a time, and the next when one has arrived', async () => {
    const { run, sent, numbers } = setUp();
    expect(numbers()).toEqual([1, 2, 3]);
    sent[1]?.arrive();
    await settled();
    expect(numbers()).toEqual([1, 2, 3, 4]);
    for (const { arrive } of sent) arrive();
    await run;
  });

  it('sends a part that failed again, after a pause', async () => {
    const { run, sent, pauses, numbers } = setUp({ parts: [7] });
    sent[0]?.fail(new Error('cut off'));
    await settled();
    expect(numbers()).toEqual([7, 7]);
    expect(pauses).toEqual([1]);
    sent[1]?.arrive();
    await run;
  });

  it('gives up when a part has failed as often as it may, and stops the others', async () => {
    const { run, sent } = setUp({ parts: [1, 2], attempts: 1 });
    sent[0]?.fail(new Error('cut off'));
    await expect(run).rejects.toThrow('cut off');
    expect(sent[1]?.signal.aborted).toBe(true);
  });

  it('does not repeat what cannot help', async () => {
    const { run, sent, numbers } = setUp({ parts: [1], mayRepeat: () => false });
    sent[0]?.fail(new Error('no such upload'));
    await expect(run).rejects.toThrow('no such upload');
    expect(numbers()).toEqual([1]);
  });

  it('sends nothing more once it is cancelled', async () => {
    const { run, sent, cancel, numbers } = setUp();
    cancel.abort();
    for (const { fail, signal } of sent) fail(signal.reason as Error);
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it('has nothing to do without parts', async () => {
    const { run, numbers } = setUp({ parts: [] });
    await run;
    expect(numbers()).toEqual([]);
  });
});
