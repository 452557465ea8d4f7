import { describe, expect, it } from 'vitest';
import { type Call, Latest } from './latest.js';

/** Calls that are answered by hand. */
function setUp() {
  const states: Call<string>[] = [];
  const latest = new Latest<string>((call) => states.push(call));
  const begin = () => {
    let signal: AbortSignal | undefined;
    const answer = withResolvers();
    latest.run((given) => {
      signal = given;
      return answer.promise;
    });
    return { ...answer, isAborted: () => signal?.aborted };
  };
  return { latest, states, begin, last: () => states.at(-1) };
}

function withResolvers() {
  let resolve: (value: string) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Every callback of promises that are settled has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Latest', () => {
  it('tells the answer', async () => {
    const { begin, states } = setUp();
    begin().resolve('one');
    await settled();
    expect(states).toEqual([
      { status: 'loading', value: undefined },
      { status: 'ready', value: 'one' },
    ]);
  });

  it('never lets an answer that was overtaken replace a newer one', async () => {
    const { begin, last } = setUp();
    const early = begin();
    const late = begin();
    expect(early.isAborted()).toBe(true);
    late.resolve('newer');
    await settled();
    early.resolve('older');
    await settled();
    expect(last()).toEqual({ status: 'ready', value: 'newer' });
  });

  it('says nothing of the failure of a call that was overtaken', async () => {
    const { begin, last } = setUp();
    const early = begin();
    begin();
    early.reject(new Error('aborted'));
    await settled();
    expect(last()).toEqual({ status: 'loading', value: undefined });
  });

  it('keeps the value while the next call is under way, and when it fails', async () => {
    const { begin, last } = setUp();
    begin().resolve('one');
    await settled();
    const next = begin();
    expect(last()).toEqual({ status: 'loading', value: 'one' });
    const failure = new Error('out of reach');
    next.reject(failure);
    await settled();
    expect(last()).toEqual({ status: 'failed', value: 'one', failure });
  });

  it('forgets everything when there is nothing to do', async () => {
    const { latest, begin, last } = setUp();
    begin().resolve('one');
    await settled();
    const pending = begin();
    latest.run();
    pending.resolve('late');
    await settled();
    expect(last()).toEqual({ status: 'idle', value: undefined });
  });

  it('is silent after it was stopped', async () => {
    const { latest, begin, states } = setUp();
    const pending = begin();
    latest.stop();
    pending.resolve('late');
    await settled();
    expect(states).toEqual([{ status: 'loading', value: undefined }]);
  });
});
