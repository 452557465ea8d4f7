/**
 * The environment of a service's function: the gateway's variables and one per resource in `uses`. Read once, when the function starts;
 * everything missing or wrong is named in one message, so that one deployment fixes it.
 */

import * as z from 'zod';
import type { AnyServiceDeclaration } from './service/define-service.js';
import { hasSubscriptions } from './service/define-service.js';
import { type ResourceDeclaration, resourceVariable } from './service/grant.js';
import { GATEWAY_VARIABLES } from './service/realtime.js';

/** What a service's function is told. */
export interface ServiceEnvironment {
  readonly allowedOrigin: string;
  readonly connectionsTable: string;
  /** Absent where there are no subscriptions. */
  readonly topicsTable: string | undefined;
  /** Deployed name of a resource. */
  nameOf(resource: ResourceDeclaration): string;
}

const name = z.string().min(1);

/**
 * @throws Error that lists every variable that is missing or wrong.
 */
export function readServiceEnvironment(
  declaration: AnyServiceDeclaration,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ServiceEnvironment {
  const resources = Object.values(declaration.uses).map((grant) => resourceVariable(grant.resource));
  const shape = {
    [GATEWAY_VARIABLES.service]: z.literal(declaration.service.name),
    [GATEWAY_VARIABLES.allowedOrigin]: name,
    [GATEWAY_VARIABLES.connectionsTable]: name,
    ...(hasSubscriptions(declaration.service) ? { [GATEWAY_VARIABLES.topicsTable]: name } : {}),
    ...Object.fromEntries(resources.map((variable) => [variable, name])),
  };
  const result = z.object(shape).safeParse(env);
  if (!result.success) {
    const wrong = result.error.issues.map(
      ({ path, message }) => `${String(path[0])} (${env[String(path[0])] === undefined ? 'missing' : message})`,
    );
    throw new Error(
      `[ENV] the environment of service ${declaration.service.name} is incomplete: ${wrong.join(', ')}; the deployment sets these`,
    );
  }
  const values = result.data as Readonly<Record<string, string>>;
  return {
    allowedOrigin: values[GATEWAY_VARIABLES.allowedOrigin] as string,
    connectionsTable: values[GATEWAY_VARIABLES.connectionsTable] as string,
    topicsTable: values[GATEWAY_VARIABLES.topicsTable],
    nameOf: (resource) => values[resourceVariable(resource)] as string,
  };
}
