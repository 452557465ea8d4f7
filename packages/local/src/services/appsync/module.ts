/** AppSync as a service of the stage: loaded for an assembly with a GraphQL API. */
import type { ServiceModule } from '../service-module.js';

export const appsyncModule: ServiceModule = {
  signingNames: ['appsync'],
  types: ['AWS::AppSync::GraphQLApi'],
  start: async (parts) => (await import('./service.js')).startAppSync(parts),
};
