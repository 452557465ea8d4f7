/** Starts OpenSearch: one domain per `AWS::OpenSearchService::Domain`. */
import { join } from 'node:path';
import { dataParts } from '../../data-folder.js';
import type { ResolvedResource } from '../../parts.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { placedResources } from '../text-index/placed-resources.js';
import { Domain } from './domain.js';
import { DOMAIN_TYPE } from './module.js';
import { createOpenSearchService } from './service.js';

/** Starts the domains of an assembly. Their indexes are read when they are used. */
export async function startOpenSearch(parts: ServiceParts): Promise<RunningService> {
  const domains = new Map<string, Domain>();
  for (const resource of placedResources(parts, DOMAIN_TYPE)) {
    const name = resource.physicalId;
    const folder = parts.dataDir === undefined ? undefined : join(parts.dataDir, dataParts.searchIndexes, name);
    domains.set(
      name,
      await Domain.open({ name, version: versionOf(resource), environment: resource.environment, clock: parts.clock, folder }),
    );
  }
  return {
    handle: createOpenSearchService({ ...parts, domains }),
    async close() {
      for (const domain of domains.values()) await domain.close();
    },
  };
}

/** `OpenSearch_2.19` is 2.19, and so is a domain that does not say. */
function versionOf({ properties }: ResolvedResource): string {
  return /^OpenSearch_(\d+\.\d+)$/.exec(String(properties.EngineVersion ?? ''))?.[1] ?? '2.19';
}
