import { describe, expect, it } from 'vitest';
import { product } from '../infra.fixture.js';
import { settingsFor } from '../settings.js';
import type { StageSettings } from '../settings-schema.js';
import { type Account, accountFindings } from './account.js';
import { settingsFindings } from './check-settings.js';
import { ORDINARY } from './cost.js';
import { diagnose } from './diagnose.js';
import { deployable, findingLines } from './finding.js';

const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
const production = settingsFor('production');

/** Production with an organisation's own values. */
const own: StageSettings = {
  ...production,
  accountId: '210987654321',
  allowedOrigins: ['https://docs.example.org'],
  identity: { issuer: 'https://login.example.org', audience: 'gateway' },
  alarms: { email: 'oncall@example.org' },
  answers: { provider: 'knowledge-base', knowledgeBaseId: 'KB12345678', dataSourceId: 'DS12345678' },
  models: { Classifier: { endpointName: 'classifier-3' } },
  accounts: { analytics: { accountId: '987654321098', region: 'eu-central-1', externalId: 'gateway' } },
};

function account(changes: Partial<Account> = {}): Account {
  return { accountId: async () => '210987654321', bootstrapVersion: async () => 28, quota: async () => 10_000, ...changes };
}

const denied = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));

describe('settings', () => {
  it('are refused with every stand-in named in one message', () => {
    const [found] = settingsFindings(production, NOW_MS);
    expect(found?.severity).toBe('error');
    for (const path of [
      'accountId',
      'allowedOrigins.0',
      'alarms.email',
      'identity.issuer',
      'answers.knowledgeBaseId',
      'models.Classifier.endpointName',
    ]) {
      expect(found?.message).toContain(path);
    }
    expect(found?.message).toContain('https://app.example.com');
  });

  it('with values of their own have nothing against them', () => {
    expect(settingsFindings(own, NOW_MS)).toEqual([]);
  });

  it('of the local stage are refused', () => {
    expect(settingsFindings(settingsFor('local'), NOW_MS)[0]).toMatchObject({ severity: 'error', check: 'stage' });
  });

  it('warn of Kendra, which takes no new customers', () => {
    const answers = { provider: 'kendra', indexId: '11111111-2222-4333-8444-555555555555' } as const;
    expect(settingsFindings({ ...own, answers }, NOW_MS)).toEqual([
      { severity: 'warning', check: 'answers', message: expect.stringContaining('no new customers since 2026-07-30') },
    ]);
  });

  it.each([
    ['2026-11-26', 'error'],
    ['2026-12-20', 'warning'],
    ['2027-06-30', undefined],
    ['2027-11-27', 'error'],
  ])('with a key that ends on %s: %s', (keyExpiresOn, severity) => {
    const [found] = settingsFindings({ ...own, graph: { auth: 'api-key', keyExpiresOn } }, NOW_MS);
    expect(found?.severity).toBe(severity);
  });
});

describe('the account', () => {
  it('is fine when it is the right one, bootstrapped, with the usual quotas', async () => {
    expect(await accountFindings(own, account())).toEqual([]);
  });

  it('is skipped without credentials or offline, and said to be', async () => {
    expect(await accountFindings(own, undefined)).toMatchObject([{ severity: 'skipped', message: expect.stringContaining('offline') }]);
    expect(await accountFindings(own, account({ accountId: denied }))).toMatchObject([
      { severity: 'skipped', message: expect.stringContaining('AccessDeniedException') },
    ]);
  });

  it('is refused when it is another one', async () => {
    const [found] = await accountFindings(own, account({ accountId: async () => '333333333333' }));
    expect(found).toMatchObject({ severity: 'error', message: expect.stringContaining('of 333333333333, expected 210987654321') });
  });

  it('is refused when CDK was not set up there, or long ago', async () => {
    expect(await accountFindings(own, account({ bootstrapVersion: denied }))).toMatchObject([{ severity: 'error', check: 'bootstrap' }]);
    expect(await accountFindings(own, account({ bootstrapVersion: async () => 5 }))).toMatchObject([
      { severity: 'error', message: expect.stringContaining('got version 5, expected 6 or later') },
    ]);
  });

  it('is warned of when its quotas are those of a new account', async () => {
    expect(await accountFindings(own, account({ quota: async () => 10 }))).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('concurrent executions of Lambda: the account has 10') },
      { severity: 'warning', message: expect.stringContaining('requests a second to API Gateway') },
    ]);
  });
});

describe('a diagnosis', () => {
  const traffic = { ...ORDINARY, connections: 1_000, requests: 7_200_000 };

  it('of production as it comes is that it cannot be deployed', async () => {
    const made = await diagnose({ stage: 'production', declarations: product, traffic, nowMs: NOW_MS, account: undefined });
    expect(made.deployable).toBe(false);
    expect(made.findings.map(({ severity, check }) => `${severity} ${check}`)).toEqual(['error settings', 'skipped account']);
    expect(made.notPriced.join()).toContain('OpenSearch: 3 r7g.large.search');
    expect(made.cost.find(({ what }) => what === 'Web firewall')?.dollars).toBeCloseTo(13.32, 2);
  });

  it('of a stage that does not exist names those that do', async () => {
    const made = await diagnose({ stage: 'staging', declarations: product, traffic, nowMs: NOW_MS, account: undefined });
    expect(made).toMatchObject({ deployable: false, findings: [{ severity: 'error', message: expect.stringContaining('production') }] });
  });

  it('lets warnings pass, and lists errors first', () => {
    const warning = { severity: 'warning', check: 'answers', message: 'Kendra' } as const;
    expect(deployable([warning])).toBe(true);
    expect(findingLines([warning, { severity: 'error', check: 'stage', message: 'local' }])).toEqual([
      'error    stage: local',
      'warning  answers: Kendra',
    ]);
  });
});
