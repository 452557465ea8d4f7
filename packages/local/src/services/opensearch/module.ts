/** OpenSearch as a service of the stage: loaded for an assembly with a domain. */
import type { ServiceModule } from '../service-module.js';

export const DOMAIN_TYPE = 'AWS::OpenSearchService::Domain';

export const openSearchModule: ServiceModule = {
  // `es` is OpenSearch Service; the collections of OpenSearch Serverless sign with `aoss` and are not here.
  signingNames: ['es'],
  types: [DOMAIN_TYPE],
  whenCalled: true,
  start: async (parts) => (await import('./start.js')).startOpenSearch(parts),
};
