import { describe, expect, it } from 'vitest';
import { synthesize } from '../infra.fixture.js';
import { watchFindings } from './watch.js';

const production = synthesize('production');

function without(...names: readonly string[]) {
  const kept = Object.entries(production.gateway.Resources).filter(([id]) => !names.some((name) => id.startsWith(name)));
  return { ...production, gateway: { ...production.gateway, Resources: Object.fromEntries(kept) } };
}

describe('what is watched', () => {
  it('is everything in production', () => {
    expect(watchFindings(production)).toEqual([]);
  });

  it.each([
    ['a function', ['AlarmslabellerErrors', 'AlarmslabellerThrottles'], '{labellerWorkerFunction}'],
    ['a queue of dead letters', ['AlarmsindexerDeadLetters'], '{IndexerDeadLetters.QueueName}'],
    ['a queue of messages', ['AlarmslabellerWaiting'], '{LabellerQueue.QueueName}'],
  ])('lacks %s without its alarms', (_, alarms, name) => {
    expect(watchFindings(without(...alarms))).toEqual([
      { severity: 'error', check: 'alarms', message: `${name} has none, expected one; add it in gateway-alarms.ts` },
    ]);
  });

  it('is not asked where a stage has no alarms', () => {
    expect(watchFindings(synthesize('dev'))).toEqual([]);
  });
});
