/** The services beside DynamoDB and S3, each loaded when it is wanted. */
import { sagemakerModule } from './sagemaker/module.js';
import type { ServiceModule } from './service-module.js';

export const serviceModules: readonly ServiceModule[] = [sagemakerModule];
