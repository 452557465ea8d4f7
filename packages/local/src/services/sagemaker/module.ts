/** SageMaker as a service of the stage: loaded for an assembly with an endpoint. */
import type { ServiceModule } from '../service-module.js';

export const sagemakerModule: ServiceModule = {
  signingNames: ['sagemaker'],
  types: ['AWS::SageMaker::Endpoint'],
  start: async (parts) => (await import('./service.js')).startSageMaker(parts),
};
