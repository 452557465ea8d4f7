/** The services beside DynamoDB and S3, each loaded when it is wanted. */
import { sagemakerModule } from './sagemaker/module.js';
import type { ServiceModule } from './service-module.js';
import { sqsModule } from './sqs/module.js';

/** In order of start: a topic finds its queues. */
export const serviceModules: readonly ServiceModule[] = [sqsModule, sagemakerModule];
