/** SNS as a service of the stage: loaded for an assembly with a topic. */
import type { ServiceModule } from '../service-module.js';

export const snsModule: ServiceModule = {
  signingNames: ['sns'],
  types: ['AWS::SNS::Topic'],
  start: async (parts) => (await import('./service.js')).startSns(parts),
};
