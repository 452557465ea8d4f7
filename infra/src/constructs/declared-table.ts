/**
 * A DynamoDB table: on demand, string keys, encrypted with AWS's own key. The logical id is the declared name, so that moving code
 * around never replaces a table.
 */

import type { TableResource } from '@org/gateway-server/service';
import { type CfnElement, RemovalPolicy } from 'aws-cdk-lib';
import { type Attribute, AttributeType, Billing, type StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';

export interface DeclaredTableProps {
  readonly declaration: TableResource;
  readonly data: StageSettings['data'];
  readonly stream?: StreamViewType | undefined;
  /** @default CloudFormation makes one up */
  readonly physicalName?: string;
}

/** Creates a declared table. */
export function declaredTable(scope: Construct, { declaration, data, stream, physicalName }: DeclaredTableProps): TableV2 {
  const table = new TableV2(scope, declaration.name, {
    ...keys(declaration),
    billing: Billing.onDemand(),
    globalSecondaryIndexes: Object.entries(declaration.indexes).map(([indexName, index]) => ({ indexName, ...keys(index) })),
    removalPolicy: data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: data.deletionProtection,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: data.recovery },
    ...(declaration.expiresAt === undefined ? {} : { timeToLiveAttribute: declaration.expiresAt }),
    ...(physicalName === undefined ? {} : { tableName: physicalName }),
    ...(stream === undefined ? {} : { dynamoStream: stream }),
  });
  (table.node.defaultChild as CfnElement).overrideLogicalId(declaration.name);
  return table;
}

function keys(of: Pick<TableResource, 'partitionKey' | 'sortKey'>): { readonly partitionKey: Attribute; readonly sortKey?: Attribute } {
  const partitionKey = { name: of.partitionKey, type: AttributeType.STRING };
  return of.sortKey === undefined ? { partitionKey } : { partitionKey, sortKey: { name: of.sortKey, type: AttributeType.STRING } };
}
