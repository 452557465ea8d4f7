/**
 * Declared answers: a Kendra index or a Bedrock knowledge base, imported by id. Neither is created here: Kendra takes no new customers since
 * 2026-07-30, and a knowledge base belongs to whoever chose its models and storage.
 * https://docs.aws.amazon.com/kendra/latest/dg/kendra-availability-change.html
 */

import { type AnswersResource, formatAnswersLocation } from '@org/gateway-server/service';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AnswersSettings } from '../settings-schema.js';
import type { DeployedResource } from './permissions.js';

/** Where the answers of a stage are. */
export function importedAnswers(scope: Construct, declaration: AnswersResource, settings: AnswersSettings): DeployedResource {
  const { provider } = settings;
  const stack = Stack.of(scope);
  if (settings.provider === 'kendra') {
    const location = formatAnswersLocation({ provider, id: settings.indexId, dataSourceId: '' });
    const arn = stack.formatArn({ service: 'kendra', resource: 'index', resourceName: settings.indexId });
    return { declaration, location, arn, provider };
  }
  const { knowledgeBaseId, dataSourceId } = settings;
  const location = formatAnswersLocation({ provider, id: knowledgeBaseId, dataSourceId });
  const arn = stack.formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: knowledgeBaseId });
  return { declaration, location, arn, provider };
}
