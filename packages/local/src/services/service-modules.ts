/** The services beside DynamoDB and S3, each loaded when it is wanted. */
import { appsyncModule } from './appsync/module.js';
import { bedrockModule } from './bedrock/module.js';
import { kendraModule } from './kendra/module.js';
import { openSearchModule } from './opensearch/module.js';
import { sagemakerModule } from './sagemaker/module.js';
import type { ServiceModule } from './service-module.js';
import { snsModule } from './sns/module.js';
import { sqsModule } from './sqs/module.js';

/** In order of start: a topic finds its queues. */
export const serviceModules: readonly ServiceModule[] = [
  sqsModule,
  snsModule,
  sagemakerModule,
  openSearchModule,
  appsyncModule,
  kendraModule,
  bedrockModule,
];
