/**
 * The role that may call a service for AWS identities: who may assume it is the account's own business, as is the policy of a role that should
 * call by itself. A right per method and path; API Gateway asks for `execute-api:Invoke` with the method and path of the request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples-for-api-execution.html
 */

import { routeRoots } from '@org/gateway-core';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { allow } from './permissions.js';
import { COUNTED_METHODS, type RoutedService } from './rest-gateway.js';
import { STAGE_NAME } from './stage-name.js';

export interface CallersRoleProps {
  readonly settings: StageSettings;
  readonly api: RestApi;
  readonly service: RoutedService['service'];
}

/** Adds the role. */
export function callersRole(scope: Construct, { settings, api, service }: CallersRoleProps): Role {
  const role = new Role(scope, `${service.name}Callers`, {
    assumedBy: new AccountRootPrincipal(),
    description: `${settings.stage}: callers of the service ${service.name}`,
  });
  const paths = [`/${RPC_ROOT}/${service.name}/*`, ...routeRoots(service).map((root) => `/${root}/*`)];
  allow(role, {
    sid: 'Calls',
    actions: ['execute-api:Invoke'],
    resources: COUNTED_METHODS.flatMap((method) => paths.map((path) => api.arnForExecuteApi(method, path, STAGE_NAME))),
    wildcard: 'Procedures and routes of one service.',
  });
  return role;
}
