/** Kendra as a service of the stage: loaded for an assembly with an index, of its template or imported by id. */
import type { ServiceModule } from '../service-module.js';

export const INDEX_TYPE = 'AWS::Kendra::Index';

export const kendraModule: ServiceModule = {
  signingNames: ['kendra'],
  types: [INDEX_TYPE],
  whenCalled: true,
  start: async (parts) => (await import('./service.js')).startKendra(parts),
};
