/**
 * Calls from function to function. A rebuild of the search index is both: the rebuilder leaves the call with Lambda, and the indexing service
 * asks the documents service and waits. That it works is in `search.e2e.ts`; here is what happens when it does not. Local only: the stage's
 * rights and time change.
 */

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { type OwnStage, startOwnStage } from './own-stage.js';

describe.runIf(inject('stage').local)('a call that nobody waits for', () => {
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage();
  });
  afterAll(() => own?.close());

  /** Invocations that ended with an error; the next attempt of each is waited for by then. */
  const failures = () => own.logs.filter((line) => line.includes('"platform.report"') && line.includes('"status":"error"')).length;
  const state = async () => (await own.gateway.search.status.query()).state;
  const done = () => eventually(async () => ((await state()) === 'done' ? true : undefined));

  it('is repeated until it succeeds', async () => {
    const giveBack = own.withhold('indexing', 'es:ESHttpPut');
    const before = failures();
    await own.gateway.search.rebuild.mutate({});
    await eventually(() => (failures() > before ? true : undefined));
    expect(await state()).toBe('failed');
    giveBack();
    own.skip(61_000);
    await done();
  });

  it('is a dead letter after three attempts, and can be made again', async () => {
    const giveBack = own.withhold('indexing', 'lambda:InvokeFunction');
    const before = failures();
    const { jobId } = await own.gateway.search.rebuild.mutate({});
    for (const attempt of [1, 2, 3]) {
      await eventually(() => (failures() - before === attempt ? true : undefined));
      own.skip(121_000);
    }
    await eventually(() => own.operator.find('gateway-local-data-IndexingDeadLetters', jobId));
    expect(await state()).toBe('failed');
    giveBack();
    const again = await own.gateway.search.rebuild.mutate({});
    expect(again.jobId).not.toBe(jobId);
    await done();
  });
});
