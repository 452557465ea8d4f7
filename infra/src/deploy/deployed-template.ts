/**
 * The template that a stack was deployed with, as CloudFormation keeps it (`Original`: before transforms). A stack of another account than
 * the credentials' is read with the role that CDK's bootstrapping made there for looking things up.
 * https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */

import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { Template } from '../templates.js';

/** Account and region of a stack, each undefined where the assembly leaves it to the credentials. */
export interface StackPlace {
  readonly accountId: string | undefined;
  readonly region: string | undefined;
}

/** Reads `aws://ACCOUNT/REGION` of an assembly. */
export function stackPlace(environment: string): StackPlace {
  const [, accountId, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  return {
    accountId: accountId !== undefined && /^\d{12}$/.test(accountId) ? accountId : undefined,
    region: region !== undefined && /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region) ? region : undefined,
  };
}

/** The lookup role of an account that was bootstrapped with CDK's default qualifier. */
export function lookupRoleArn(accountId: string, region: string): string {
  return `arn:aws:iam::${accountId}:role/cdk-hnb659fds-lookup-role-${accountId}-${region}`;
}

/**
 * The deployed template; undefined for a stack that does not exist.
 *
 * @param environment of the assembly, `aws://ACCOUNT/REGION`
 * @throws what AWS says otherwise: an unreadable stack is no reason to believe that it holds nothing.
 */
export async function deployedTemplate(stackName: string, environment: string): Promise<Template | undefined> {
  const client = await clientFor(stackPlace(environment));
  try {
    const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }));
    return JSON.parse(TemplateBody) as Template;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

async function clientFor({ accountId, region }: StackPlace): Promise<CloudFormationClient> {
  const own = new CloudFormationClient(region === undefined ? {} : { region });
  if (accountId === undefined) return own;
  const inRegion = await own.config.region();
  const { Account } = await new STSClient({ region: inRegion }).send(new GetCallerIdentityCommand({}));
  if (Account === accountId) return own;
  const RoleArn = lookupRoleArn(accountId, inRegion);
  const credentials = fromTemporaryCredentials({ params: { RoleArn, RoleSessionName: 'gateway-deploy' } });
  return new CloudFormationClient({ region: inRegion, credentials });
}
