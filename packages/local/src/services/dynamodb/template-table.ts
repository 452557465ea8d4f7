/**
 * Turns the CloudFormation properties of a table into the input of CreateTable. `AWS::DynamoDB::GlobalTable` (CDK's `TableV2`) has
 * its throughput and tags elsewhere; replicas in other regions do not exist here.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
import type { TableInput } from './tables.js';

type Properties = Readonly<Record<string, unknown>>;

export interface TemplateTable {
  readonly input: TableInput;
  /** Attribute of `TimeToLiveSpecification` when it is enabled. */
  readonly ttlAttribute: string | undefined;
}

/** Reads the properties; `tableName` wins over a name among them. */
export function readTemplateTable(properties: Properties, tableName: string): TemplateTable {
  const provisioned = properties.BillingMode !== 'PAY_PER_REQUEST';
  const throughput = (of: Properties): Properties => (provisioned ? { ProvisionedThroughput: readThroughput(of) } : {});
  const indexes = (properties.GlobalSecondaryIndexes ?? []) as readonly Properties[];
  const locals = (properties.LocalSecondaryIndexes ?? []) as readonly Properties[];
  const index = (each: Properties): Properties => ({
    IndexName: each.IndexName,
    KeySchema: each.KeySchema,
    Projection: each.Projection,
  });
  const stream = properties.StreamSpecification as Properties | undefined;
  return {
    input: {
      TableName: tableName,
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: properties.KeySchema,
      BillingMode: provisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST',
      ...throughput(properties),
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map((each) => ({ ...index(each), ...throughput(each) })) }),
      ...(locals.length > 0 && { LocalSecondaryIndexes: locals.map(index) }),
      ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
    },
    ttlAttribute: readTtl(properties.TimeToLiveSpecification as Properties | undefined),
  };
}

/** Throughput is not enforced; five units stand in where autoscaling would decide. */
function readThroughput(properties: Properties): Properties {
  const given = properties.ProvisionedThroughput as Properties | undefined;
  return { ReadCapacityUnits: Number(given?.ReadCapacityUnits ?? 5), WriteCapacityUnits: Number(given?.WriteCapacityUnits ?? 5) };
}

function readTtl(specification: Properties | undefined): string | undefined {
  const enabled = specification?.Enabled === true || specification?.Enabled === 'true';
  return enabled ? String(specification.AttributeName) : undefined;
}
