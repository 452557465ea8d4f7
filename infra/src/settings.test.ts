import { describe, expect, it } from 'vitest';
import { missingForDeployment, readEnvironment } from './env.js';
import { product } from './infra.fixture.js';
import { checkSettings, settingsFor } from './settings.js';
import type { StageSettings } from './settings-schema.js';
import { STAGES } from './stages.js';

const production = settingsFor('production');
const local = settingsFor('local');

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

  it('stream over REST only', () => {
    expect(() => checkSettings({ ...local, rest: false, streaming: true })).toThrow(
      'streaming: got true without a REST API, expected false',
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

  it.each([
    [{ alarms: false }, 'alarms: got false, expected { email } with whom to wake when production fails'],
    [{ waf: false }, 'waf: got false, expected { requestsPerAddress }'],
    [{ restThrottle: undefined }, 'restThrottle: got nothing, expected limits'],
    [{ socketThrottle: undefined }, 'socketThrottle: got nothing, expected limits'],
    [{ data: { ...production.data, retain: false } }, 'data.retain: got false'],
    [{ data: { ...production.data, deletionProtection: false } }, 'data.deletionProtection: got false'],
    [{ data: { ...production.data, recovery: false } }, 'data.recovery: got false'],
  ] as const)('of production may not be %j', (changes, problem) => {
    expect(() => checkSettings({ ...production, ...changes })).toThrow(problem);
  });

  it('of production name all that is missing in one message', () => {
    expect(() => checkSettings({ ...production, alarms: false, waf: false, allowedOrigins: ['*'] })).toThrow(
      /allowedOrigins: .*\n.*alarms: .*\n.*waf: /s,
    );
  });

  it('are asked for what services use, in one message', () => {
    const { search, answers, accountId, ...others } = local;
    expect(() => checkSettings({ ...others, models: {}, accounts: {} }, product)).toThrow(
      /models\.Classifier: .*search: .*accounts\.analytics: .*answers: .*Kendra takes no new customers since 2026-07-30/s,
    );
    expect(() => checkSettings({ ...others, search, answers }, product)).toThrow(
      "accountId: got nothing, expected this stage's own account",
    );
  });

  it('take a Kendra index by its id only', () => {
    const answers = { provider: 'kendra', name: 'help' } as unknown as NonNullable<StageSettings['answers']>;
    expect(() => checkSettings({ ...local, answers })).toThrow('answers.indexId');
  });

  it('run scripts on the local stage only', () => {
    expect(() => checkSettings({ ...settingsFor('dev'), models: local.models })).toThrow(
      'models.Classifier: got a script, which only the local stage runs; give an endpoint or an image',
    );
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

  it('needs a region to deploy to, from wherever', () => {
    expect(missingForDeployment({})).toEqual([expect.stringContaining('AWS_REGION')]);
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) expect(missingForDeployment({ [name]: 'x' })).toEqual([]);
  });

  it('counts an empty variable as absent', () => {
    expect(readEnvironment({ GATEWAY_STAGE: '' })).toEqual({ stage: undefined, outDirectory: undefined });
  });
});
