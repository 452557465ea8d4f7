/** The template that a stack was deployed with, as CloudFormation keeps it (`Original`: before transforms). */

import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Template } from '../templates.js';

/**
 * The deployed template; undefined for a stack that does not exist.
 *
 * @param environment of the assembly, `aws://ACCOUNT/REGION`: the region counts where it is known.
 * @throws what CloudFormation says otherwise: an unreadable stack is no reason to believe that it holds nothing.
 */
export async function deployedTemplate(stackName: string, environment: string): Promise<Template | undefined> {
  const region = /^aws:\/\/[^/]+\/([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(environment)?.[1];
  const client = new CloudFormationClient(region === undefined ? {} : { region });
  try {
    const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }));
    return JSON.parse(TemplateBody) as Template;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}
