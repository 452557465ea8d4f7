import { describe, expect, it } from 'vitest';
import { readEnvironment } from './env.js';
import { checkSettings, settingsFor } from './settings.js';
import { STAGES } from './stages.js';

const production = settingsFor('production');

describe('settings', () => {
  it.each(Object.keys(STAGES))('of %s fit', (stage) => {
    expect(settingsFor(stage).stage).toBe(stage);
  });

  it('are refused for a stage that does not exist, naming those that do', () => {
    expect(() => settingsFor('prod')).toThrow(
      '[SETTINGS] unknown stage: got "prod", expected one of local, everything, rest-only, socket-only, dev, production',
    );
    expect(() => settingsFor('toString')).toThrow('unknown stage');
  });

  it('of production may not allow every origin', () => {
    expect(() => checkSettings({ ...production, allowedOrigins: ['*'] })).toThrow(
      'allowedOrigins: got "*", expected the origins of your applications; any website could call production otherwise',
    );
  });

  it('may allow every origin elsewhere, but not beside others', () => {
    expect(settingsFor('dev').allowedOrigins).toEqual(['*']);
    expect(() => checkSettings({ ...settingsFor('dev'), allowedOrigins: ['*', 'https://a.example'] })).toThrow(
      'already allows every origin',
    );
  });

  it.each(['https://app.example.com/', 'app.example.com', 'https://*.example.com', ''])('refuse %j as an origin', (origin) => {
    expect(() => checkSettings({ ...production, allowedOrigins: [origin] })).toThrow('expected "*", or an origin without a path');
  });

  it('need one of the two APIs', () => {
    expect(() => checkSettings({ ...production, rest: false, socket: false })).toThrow('REST and WebSocket are both off; turn one on');
  });

  it('name everything that is wrong at once', () => {
    const wrong = { ...production, logRetentionDays: 8 as never, restThrottle: { ratePerSecond: 0, burst: 1 } };
    expect(() => checkSettings(wrong)).toThrow(/restThrottle\.ratePerSecond: .*logRetentionDays: /s);
  });
});

describe('the environment', () => {
  it('names the stage and where the CDK CLI wants its output', () => {
    expect(readEnvironment({ GATEWAY_STAGE: 'dev', CDK_OUTDIR: 'out' })).toEqual({ stage: 'dev', outDirectory: 'out' });
  });

  it('counts an empty variable as absent', () => {
    expect(readEnvironment({ GATEWAY_STAGE: '' })).toEqual({ stage: undefined, outDirectory: undefined });
  });
});
