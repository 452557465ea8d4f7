/**
 * Everything that must survive: the tables and buckets that services declare, and the gateway's own two tables. It refers to nothing of
 * the gateway stack, so that the gateway can be deleted and deployed again without touching a byte, and it is the same whichever of the
 * two APIs a stage has.
 */

import { isDeepStrictEqual } from 'node:util';
import { type AnyServiceDeclaration, REALTIME_KEYS, type ResourceDeclaration, type TableResource } from '@org/gateway-server/service';
import { Stack, type StackProps } from 'aws-cdk-lib';
import { StreamViewType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { declaredBucket } from './constructs/declared-bucket.js';
import { declaredTable } from './constructs/declared-table.js';
import type { DeployedResource } from './constructs/permissions.js';
import type { StageSettings } from './settings.js';

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly services: readonly AnyServiceDeclaration[];
}

/** Tables and buckets of a stage. */
export class DataStack extends Stack {
  /** Connections and their subscriptions. */
  readonly connections: TableV2;
  /** Topics' events; its stream feeds the fan-out. */
  readonly topics: TableV2;
  /** Declared resources by name. */
  readonly resources: ReadonlyMap<string, DeployedResource>;

  constructor(scope: Construct, id: string, { settings, services, ...props }: DataStackProps) {
    super(scope, id, props);
    const { data } = settings;
    const { ttl: ttlAttribute } = REALTIME_KEYS;
    this.connections = declaredTable(this, { declaration: realtimeTable('Connections'), data, ttlAttribute });
    this.topics = declaredTable(this, { declaration: realtimeTable('Topics'), data, ttlAttribute, stream: StreamViewType.NEW_IMAGE });
    this.resources = new Map(
      declaredResources(services).map((declaration) => [declaration.name, this.#deploy(declaration, settings)] as const),
    );
  }

  #deploy(declaration: ResourceDeclaration, settings: StageSettings): DeployedResource {
    if (declaration.kind === 'table') {
      const table = declaredTable(this, { declaration, data: settings.data });
      return { declaration, location: table.tableName, arn: table.tableArn };
    }
    if (declaration.kind !== 'bucket') throw new Error(`[SERVICE] a ${declaration.kind} cannot be deployed: ${declaration.name}`);
    const bucket = declaredBucket(this, declaration, settings);
    return { declaration, location: bucket.bucketName, arn: bucket.bucketArn };
  }
}

const OWN_NAMES = new Set(['Connections', 'Topics']);

/**
 * The resources that services declare, each once, by name.
 *
 * @throws Error when one name stands for two different resources, or for one of the gateway's own.
 */
export function declaredResources(services: readonly AnyServiceDeclaration[]): readonly ResourceDeclaration[] {
  const found = new Map<string, ResourceDeclaration>();
  for (const { service, uses } of services) {
    for (const { resource } of Object.values(uses)) {
      if (OWN_NAMES.has(resource.name)) throw clash(service.name, resource, "the gateway's own table");
      const other = found.get(resource.name);
      if (other !== undefined && !isDeepStrictEqual(other, resource)) throw clash(service.name, resource, `another ${other.kind}`);
      found.set(resource.name, resource);
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function clash(service: string, { kind, name }: ResourceDeclaration, other: string): Error {
  return new Error(`[SERVICE] ${service} uses a ${kind} called "${name}", which is ${other} too; rename one`);
}

function realtimeTable(name: string): TableResource {
  return { kind: 'table', name, partitionKey: REALTIME_KEYS.partitionKey, sortKey: REALTIME_KEYS.sortKey, indexes: {} };
}
