/** The part of the stage that puts another endpoint in the place of its services; loaded only for a stage that has one. */
import type { Authorize } from './iam/authorize.js';
import type { AwsEndpointOptions } from './services/endpoint.js';
import type { ServiceModule } from './services/service-module.js';
import { serviceModules } from './services/service-modules.js';
import type { Ground } from './stage-ground.js';
import type { StandIn } from './stand-in/open.js';

/** @throws StageError `STAND_IN_UNUSABLE` */
export async function openStandInOf({
  options: { standIn: wanted },
  ...ground
}: Pick<Ground, 'options' | 'environment' | 'report' | 'onClose'>): Promise<StandIn | undefined> {
  if (wanted === undefined) return undefined;
  const { openStandIn } = await import('./stand-in/open.js');
  const standIn = await openStandIn(wanted, ground);
  ground.onClose(async () => standIn.close());
  return standIn;
}

/** Who keeps tables and objects, where it is not the stage. */
export async function storesOf(ground: Ground, authorize: Authorize): Promise<Pick<AwsEndpointOptions, 'tables' | 'buckets'>> {
  const { standIn, environment, clock, report, credentials } = ground;
  if (standIn === undefined) return {};
  const { serviceFaults: faults } = ground.options;
  const { standInStores } = await import('./stand-in/services.js');
  const parts = { standIn, environment, clock, report, authorize, credentials: credentials.store };
  return standInStores({ ...parts, ...(faults === undefined ? {} : { faults }) });
}

/** The services behind the endpoint beside DynamoDB and S3, in order of start. */
export async function modulesOf({ standIn }: Ground): Promise<readonly ServiceModule[]> {
  return standIn === undefined ? serviceModules : (await import('./stand-in/services.js')).withStandIn(serviceModules, standIn);
}
