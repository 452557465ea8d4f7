/**
 * A publisher remembers the epoch for some seconds. When a topic's memory is lost meanwhile, its next event is stored under an epoch that is
 * no more, and the fan-out, which looked for the event after it, never came to an end.
 */

import { describe, expect, it } from 'vitest';
import { runAfter } from './event-run.js';
import { createFanoutStage, TOPIC } from './fanout.fixture.js';

describe('an event whose publisher remembered a lost epoch', () => {
  it('is of the epoch that the memory has, and goes on after its position', () => {
    const event = { offset: 8, data: '"x"', expiresAtMs: 1_714_651_200_000 };
    expect(runAfter([{ ...event, epoch: 'e1' }], { epoch: 'e2', offset: 7 })).toEqual({
      events: [{ ...event, epoch: 'e2' }],
      next: undefined,
    });
    expect(runAfter([{ ...event, epoch: 'e1' }], { epoch: 'e2', offset: 5 })).toEqual({ events: [], next: 8 });
  });

  it('does not hold up the fan-out (P3.13)', async () => {
    const log = createFanoutStage().topics;
    const read: typeof log.read = async (...from) => (await log.read(...from)).map((event) => ({ ...event, epoch: 'before' }));
    const stage = createFanoutStage({ topics: { ...log, read } });
    await log.append(TOPIC, '1', 86_400);
    await stage.fanout([{ sequenceNumber: '1', record: { kind: 'event', topic: TOPIC, offset: 1 } }]);
    expect(await log.head(TOPIC)).toMatchObject({ offset: 1, delivered: 1 });
  });
});
