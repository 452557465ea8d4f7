/**
 * Which resources that hold data a deployment would replace or delete: by comparing the deployed template with the new one. A replacement is
 * a change of a property that CloudFormation can only make by making the resource anew; see "Update requires: Replacement" on each type's page.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */

import { isDeepStrictEqual } from 'node:util';
import type { Resource, Template } from '../templates.js';

/** Properties whose change replaces the resource, per type that holds data. */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  'AWS::Cognito::UserPool': ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
  'AWS::OpenSearchService::Domain': ['DomainName', 'EncryptionAtRestOptions'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
};

/** Upgrading in place is asked for by an update policy; without it a new version is a new domain. */
const ENGINE_VERSION = 'EngineVersion';

export interface StatefulChange {
  /** Logical id: what `--allow-replacement` names. */
  readonly name: string;
  readonly type: string;
  readonly change: 'deleted' | 'replaced';
  /** Why, as properties that change; empty for a deletion. */
  readonly because: readonly string[];
  /** The old one stays, outside of any stack: its data is there, and nothing uses it. */
  readonly kept: boolean;
}

/** Changes that lose data, or leave it behind. A stack that is not deployed yet has none. */
export function statefulChanges(deployed: Template | undefined, next: Template): readonly StatefulChange[] {
  return Object.entries(deployed?.Resources ?? {}).flatMap(([name, before]): readonly StatefulChange[] => {
    if (REPLACING[before.Type] === undefined) return [];
    const after = next.Resources[name];
    const type = before.Type;
    if (after === undefined) return [{ name, type, change: 'deleted', because: [], kept: isKept(before.DeletionPolicy) }];
    const because = replacedBy(before, after);
    if (because.length === 0) return [];
    return [{ name, type, change: 'replaced', because, kept: isKept(after.UpdateReplacePolicy) }];
  });
}

/** What to do about them: those nobody allowed, and names that were allowed and do not change. */
export function decide(
  changes: readonly StatefulChange[],
  allowed: readonly string[],
): { readonly blocked: readonly StatefulChange[]; readonly unknown: readonly string[] } {
  return {
    blocked: changes.filter(({ name }) => !allowed.includes(name)),
    unknown: allowed.filter((name) => changes.every((change) => change.name !== name)),
  };
}

/** A change in a line. */
export function changeLine({ name, type, change, because, kept }: StatefulChange): string {
  const why = because.length === 0 ? '' : ` (${because.join(', ')} changes)`;
  return `${name} (${type}) would be ${change}${why}; ${kept ? 'its data stays behind, and nothing uses it' : 'its data would be lost'}`;
}

function replacedBy(before: Resource, after: Resource): readonly string[] {
  if (before.Type !== after.Type) return ['Type'];
  const properties = REPLACING[before.Type] ?? [];
  const changed = properties.filter((property) => !isDeepStrictEqual(before.Properties?.[property], after.Properties?.[property]));
  return before.Type === 'AWS::OpenSearchService::Domain' && newDomainVersion(before, after) ? [...changed, ENGINE_VERSION] : changed;
}

function newDomainVersion(before: Resource, after: Resource): boolean {
  const upgrades = after.UpdatePolicy?.EnableVersionUpgrade === true;
  return !upgrades && before.Properties[ENGINE_VERSION] !== after.Properties[ENGINE_VERSION];
}

function isKept(policy: string | undefined): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate' || policy === 'Snapshot';
}
