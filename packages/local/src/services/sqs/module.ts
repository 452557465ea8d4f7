/** SQS as a service of the stage: loaded for an assembly with a queue. */
import type { ServiceModule } from '../service-module.js';

export const sqsModule: ServiceModule = {
  signingNames: ['sqs'],
  types: ['AWS::SQS::Queue'],
  start: async (parts) => (await import('./service.js')).startSqs(parts),
};
