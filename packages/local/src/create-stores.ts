/** Makes what a template stores data in: its tables and buckets. Those that a data folder holds already are brought up to the template. */
import type { ResolvedStack } from './parts.js';
import type { AwsEndpoint } from './services/endpoint.js';
import { withResource } from './stage-error.js';
import { streamLabel } from './template/attributes.js';

/**
 * Makes them in order of the template. Returns the stream ARNs the tables got, by those of the template.
 *
 * @throws StageError `RESOURCE_REFUSED`
 */
export async function createStores(stacks: readonly ResolvedStack[], endpoint: AwsEndpoint): Promise<Map<string, string>> {
  const streamArns = new Map<string, string>();
  const resources = stacks.flatMap((stack) => stack.resources.map((resource) => ({ ...resource, stack })));
  for (const { stack, logicalId, type, physicalId, properties } of resources) {
    const place = stack.environment === undefined ? {} : { environment: stack.environment };
    if (type === 'AWS::DynamoDB::Table' || type === 'AWS::DynamoDB::GlobalTable') {
      const create = () => endpoint.createTable(properties, { tableName: physicalId, ...place });
      const { arn, streamArn } = await withResource(stack.name, logicalId, create);
      if (streamArn !== undefined) streamArns.set(`${arn}/stream/${streamLabel}`, streamArn);
    }
    if (type === 'AWS::S3::Bucket') {
      await withResource(stack.name, logicalId, () => endpoint.createBucket(properties, { bucketName: physicalId, ...place }));
    }
  }
  return streamArns;
}
