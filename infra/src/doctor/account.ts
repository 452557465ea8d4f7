/**
 * What only the account itself can say: whether it is the right one, whether CDK was bootstrapped there, and its own quotas. Without
 * credentials, or offline, this is skipped, and said to be.
 */

import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { StageSettings } from '../settings-schema.js';
import type { Finding } from './finding.js';

/** What is asked of the account. */
export interface Account {
  /** Id of the account that the credentials are of. */
  accountId(): Promise<string>;
  /** Version of CDK's bootstrap stack; rejects where there is none. */
  bootstrapVersion(): Promise<number>;
  /** A quota as the account has it. */
  quota(service: string, code: string): Promise<number>;
}

/** The least that the modern synthesizer of CDK 2 takes (aws-cdk-lib, DefaultStackSynthesizer). */
const MIN_BOOTSTRAP = 6;

/** Quotas that decide how much a stage can take: what a new account has is often less than the default of AWS's pages. */
const QUOTAS = [
  { service: 'lambda', code: 'L-B99A9384', what: 'concurrent executions of Lambda', atLeast: 1_000 },
  { service: 'apigateway', code: 'L-8A5B8E43', what: 'requests a second to API Gateway', atLeast: 10_000 },
] as const;

/** The account behind the environment's credentials. */
export function awsAccount(): Account {
  return {
    accountId: async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Account ?? '',
    bootstrapVersion: async () => {
      const found = await new SSMClient({}).send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }));
      return Number(found.Parameter?.Value);
    },
    quota: async (service, code) => {
      const found = await new ServiceQuotasClient({}).send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }));
      return found.Quota?.Value ?? Number.NaN;
    },
  };
}

/** Findings about the account; `undefined` for none to ask. */
export async function accountFindings(settings: StageSettings, account: Account | undefined): Promise<readonly Finding[]> {
  if (account === undefined) return [skipped('offline')];
  let accountId: string;
  try {
    accountId = await account.accountId();
  } catch (error) {
    return [skipped(`no credentials that AWS takes (${nameOf(error)})`)];
  }
  const expected = settings.accountId;
  if (expected !== undefined && expected !== accountId) {
    const message = `the credentials are of ${accountId}, expected ${expected}; use others, or change accountId in stages.ts`;
    return [{ severity: 'error', check: 'account', message }];
  }
  return [...(await bootstrap(account)), ...(await quotas(account))];
}

async function bootstrap(account: Account): Promise<readonly Finding[]> {
  const advice = 'run "npx cdk bootstrap" in infra';
  try {
    const version = await account.bootstrapVersion();
    if (version >= MIN_BOOTSTRAP) return [];
    return [{ severity: 'error', check: 'bootstrap', message: `got version ${version}, expected ${MIN_BOOTSTRAP} or later; ${advice}` }];
  } catch (error) {
    return [
      { severity: 'error', check: 'bootstrap', message: `CDK was not set up in this account and region (${nameOf(error)}); ${advice}` },
    ];
  }
}

async function quotas(account: Account): Promise<readonly Finding[]> {
  const found = await Promise.all(
    QUOTAS.map(async ({ service, code, what, atLeast }): Promise<readonly Finding[]> => {
      try {
        const value = await account.quota(service, code);
        if (value >= atLeast) return [];
        return [
          { severity: 'warning', check: 'quotas', message: `${what}: the account has ${value}, by default ${atLeast}; ask AWS for more` },
        ];
      } catch (error) {
        return [{ severity: 'skipped', check: 'quotas', message: `${what}: not told (${nameOf(error)})` }];
      }
    }),
  );
  return found.flat();
}

function skipped(why: string): Finding {
  return {
    severity: 'skipped',
    check: 'account',
    message: `${why}: account id, bootstrap and the account's own quotas were not looked at`,
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
