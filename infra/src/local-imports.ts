/**
 * What the local stage has to play although no template holds it: the resources that settings import by id, and who signs users in. Template
 * metadata, which AWS ignores; only stages that are never deployed have it.
 */

import type { Stack } from 'aws-cdk-lib';
import { issuerImport } from './local-issuer.js';
import type { StageSettings } from './settings-schema.js';

interface Import {
  readonly Type: string;
  readonly PhysicalId: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Names the imported resources in a stack's metadata. */
export function addLocalImports(stack: Stack, settings: StageSettings): void {
  const imports = [...answersImports(settings), ...endpointImports(settings), ...(settings.identity === false ? [] : [issuerImport()])];
  if (settings.local && imports.length > 0) stack.templateOptions.metadata = { 'local-stage:imports': imports };
}

function answersImports({ answers }: StageSettings): readonly Import[] {
  switch (answers?.provider) {
    case undefined:
      return [];
    case 'kendra':
      return [{ Type: 'AWS::Kendra::Index', PhysicalId: answers.indexId, Properties: { Name: 'answers' } }];
    case 'knowledge-base': {
      const { knowledgeBaseId, dataSourceId } = answers;
      // CloudFormation's knowledge base does not name its data sources; the local stage's has one, and is told which.
      const properties = { Name: 'answers', DataSourceId: dataSourceId };
      return [{ Type: 'AWS::Bedrock::KnowledgeBase', PhysicalId: knowledgeBaseId, Properties: properties }];
    }
    default:
      return answers satisfies never;
  }
}

function endpointImports({ models }: StageSettings): readonly Import[] {
  return Object.values(models).flatMap((model) =>
    'endpointName' in model
      ? [{ Type: 'AWS::SageMaker::Endpoint', PhysicalId: model.endpointName, Properties: { EndpointName: model.endpointName } }]
      : [],
  );
}
