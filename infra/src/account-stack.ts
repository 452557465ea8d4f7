/**
 * What a stage has in another account: the resources declared to be there, under fixed names, and per function that uses them a role with
 * exactly the rights of its grants, which exactly that function's role may assume, and only with the external id.
 *
 * It is deployed after the gateway: IAM refuses to trust a role that does not exist yet.
 */

import type { AnyGrant } from '@org/gateway-server/service';
import { Stack, type StackProps } from 'aws-cdk-lib';
import { ArnPrincipal, PrincipalWithConditions, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { accessRoleName, accountOf, accountSettings, functionRoleArn, physicalName } from './account-names.js';
import { declaredBucket } from './constructs/declared-bucket.js';
import { declaredTable } from './constructs/declared-table.js';
import { allow, type DeployedResource, grantPermissions } from './constructs/permissions.js';
import { type Declarations, declaredResources, deployedOf } from './declarations.js';
import type { StageSettings } from './settings-schema.js';

export interface AccountStackProps extends StackProps {
  /** Name of the account in the settings. */
  readonly account: string;
  readonly settings: StageSettings;
  readonly declarations: Declarations;
}

/** Resources and roles of a stage in another account. */
export class AccountStack extends Stack {
  constructor(scope: Construct, id: string, { account, settings, declarations, ...props }: AccountStackProps) {
    const { accountId, region, externalId } = accountSettings(settings, account);
    super(scope, id, { ...props, env: { account: accountId, region } });
    const here = declaredResources(declarations, settings).filter((resource) => accountOf(resource) === account);
    const deployed = new Map(here.map((resource) => [resource.name, this.#deploy(resource, settings)] as const));
    for (const [name, uses] of functionUses(deployedOf(declarations, settings))) {
      const grants = uses.filter(({ resource }) => accountOf(resource) === account);
      if (grants.length > 0) this.#addRole({ name, grants, externalId, settings, deployed });
    }
  }

  #deploy(declaration: ReturnType<typeof declaredResources>[number], settings: StageSettings): DeployedResource {
    const location = physicalName(declaration, settings);
    if (declaration.kind === 'table') {
      return { declaration, location, arn: declaredTable(this, { declaration, data: settings.data, physicalName: location }).tableArn };
    }
    if (declaration.kind === 'bucket') {
      return { declaration, location, arn: declaredBucket(this, { declaration, settings, physicalName: location }).bucketArn };
    }
    throw new Error(`[ACCOUNT] a ${declaration.kind} cannot be in another account: ${declaration.name}; only tables and buckets can`);
  }

  #addRole(access: {
    readonly name: string;
    readonly grants: readonly AnyGrant[];
    readonly externalId: string;
    readonly settings: StageSettings;
    readonly deployed: ReadonlyMap<string, DeployedResource>;
  }): void {
    const { name, settings, externalId } = access;
    const role = new Role(this, `${name}Access`, {
      roleName: accessRoleName(settings, name),
      description: `${settings.stage}: what ${name} may do here`,
      assumedBy: new PrincipalWithConditions(new ArnPrincipal(functionRoleArn(settings, name)), {
        StringEquals: { 'sts:ExternalId': externalId },
      }),
    });
    for (const permission of grantPermissions(access.grants, access.deployed)) allow(role, permission);
  }
}

/** Grants by the name of the function that has them. */
function functionUses({ services, workers }: Declarations): readonly (readonly [name: string, grants: readonly AnyGrant[]])[] {
  return [
    ...services.map(({ service, uses }) => [service.name, Object.values(uses)] as const),
    ...workers.map(({ name, uses }) => [name, Object.values(uses)] as const),
  ];
}
