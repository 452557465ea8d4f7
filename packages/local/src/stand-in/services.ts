/** Puts an endpoint in the place of the services it stands in for. All others stay the stage's own. */

import type { AwsEndpointOptions } from '../services/endpoint.js';
import type { ServiceModule } from '../services/service-module.js';
import { snsModule } from '../services/sns/module.js';
import { sqsModule } from '../services/sqs/module.js';
import { createStandInBuckets } from './buckets.js';
import type { StandIn } from './open.js';
import type { StandInParts } from './parts.js';
import { standInQueues } from './queues.js';
import { createStandInTables } from './tables.js';
import { standInTopics } from './topics.js';

/** Who keeps tables and objects, where it is not the stage. */
export function standInStores(parts: StandInParts): Pick<AwsEndpointOptions, 'tables' | 'buckets'> {
  const { standIn } = parts;
  return {
    ...(standIn.serves('dynamodb') ? { tables: createStandInTables(parts) } : {}),
    ...(standIn.serves('s3') ? { buckets: createStandInBuckets(parts) } : {}),
  };
}

/** The services to start, in the same order. */
export function withStandIn(modules: readonly ServiceModule[], standIn: StandIn): readonly ServiceModule[] {
  return modules.map((module) => {
    if (module === sqsModule && standIn.serves('sqs')) return standInQueues(standIn);
    if (module === snsModule && standIn.serves('sns')) return standInTopics(standIn);
    return module;
  });
}
