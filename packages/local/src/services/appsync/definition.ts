/**
 * Reads GraphQL APIs out of resolved stacks: schema, keys, ways to authenticate, and resolvers with their data sources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_AppSync.html
 *
 * Unit resolvers on Lambda functions run, in the direct form, without templates or code. Others are refused by name: an API that would answer
 * differently than on AWS does not start.
 */
import { readFileSync } from 'node:fs';
import type { Report, ResolvedResource, ResolvedStack } from '../../parts.js';
import { StageError } from '../../stage-error.js';

/** Ways to authenticate that are served here. */
export type AuthMode = 'API_KEY' | 'AWS_IAM';

export interface ApiKeyDefinition {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** A Lambda function behind fields. */
export interface LambdaSource {
  readonly functionArn: string;
  /** Of the role that AppSync calls it with. */
  readonly roleArn: string;
}

export interface GraphApiDefinition {
  readonly apiId: string;
  readonly schema: string;
  readonly defaultMode: AuthMode;
  /** All, with the default one. */
  readonly modes: ReadonlySet<AuthMode>;
  readonly keys: readonly ApiKeyDefinition[];
  /** By `TYPE.FIELD`. */
  readonly resolvers: ReadonlyMap<string, LambdaSource>;
  readonly introspection: boolean;
  /** Levels of a query, and resolvers that it may run. */
  readonly limits: { readonly depth: number; readonly resolvers: number };
}

/** Properties of an API that change nothing here. */
const ignoredProperties = ['LogConfig', 'XrayEnabled', 'EnhancedMetricsConfig', 'EnvironmentVariables', 'Visibility'];

/**
 * All APIs of the stacks.
 *
 * @throws StageError `RESOURCE_REFUSED` for one that would answer differently here
 */
export function readGraphApis(stacks: readonly ResolvedStack[], report: Report): readonly GraphApiDefinition[] {
  return stacks.flatMap((stack) =>
    stack.resources.filter(({ type }) => type === 'AWS::AppSync::GraphQLApi').map((api) => readApi(api, { stacks, stack, report })),
  );
}

interface Surroundings {
  readonly stacks: readonly ResolvedStack[];
  readonly stack: ResolvedStack;
  readonly report: Report;
}

function readApi(api: ResolvedResource, { stacks, stack, report }: Surroundings): GraphApiDefinition {
  const apiId = lastPart(api.physicalId);
  const parts = stacks.flatMap(({ resources }) => resources).filter(({ properties }) => properties.ApiId === apiId);
  const refuse: Refuse = (resource, problem) => refused(`${stack.name}.${resource.logicalId}`, problem);
  const modes = readModes(api, refuse);
  const ignored = ignoredProperties.filter((name) => api.properties[name] !== undefined);
  if (ignored.length > 0)
    report({ level: 'info', part: 'appsync', message: `API ${apiId}: ${ignored.join(', ')} has no effect on the local stage` });
  return {
    apiId,
    schema: readSchema(api, parts, refuse),
    defaultMode: modes[0]!,
    modes: new Set(modes),
    keys: parts.filter(({ type }) => type === 'AWS::AppSync::ApiKey').map(readKey),
    resolvers: readResolvers(parts, refuse),
    introspection: api.properties.IntrospectionConfig !== 'DISABLED',
    limits: { depth: limitOf(api, 'QueryDepthLimit', 75), resolvers: limitOf(api, 'ResolverCountLimit', 10_000) },
  };
}

type Refuse = (resource: ResolvedResource, problem: string) => StageError;

function readModes({ properties, ...rest }: ResolvedResource, refuse: Refuse): readonly AuthMode[] {
  const additional = (properties.AdditionalAuthenticationProviders ?? []) as readonly { readonly AuthenticationType?: unknown }[];
  return [properties.AuthenticationType, ...additional.map((each) => each.AuthenticationType)].map((mode) => {
    if (mode === 'API_KEY' || mode === 'AWS_IAM') return mode;
    throw refuse({ properties, ...rest }, `got authentication ${String(mode)}, expected API_KEY or AWS_IAM`);
  });
}

/** Nothing and 0 stand for the highest. */
function limitOf({ properties }: ResolvedResource, name: string, highest: number): number {
  const limit = Number(properties[name] ?? 0);
  return limit === 0 ? highest : limit;
}

function readSchema(api: ResolvedResource, parts: readonly ResolvedResource[], refuse: Refuse): string {
  const resource = parts.find(({ type }) => type === 'AWS::AppSync::GraphQLSchema');
  if (resource === undefined) throw refuse(api, 'it has no schema; add an AWS::AppSync::GraphQLSchema');
  const { Definition } = resource.properties;
  if (typeof Definition === 'string') return Definition;
  const path = resource.metadata['aws:asset:path'];
  if (typeof path === 'string') return readFileSync(path, 'utf8');
  throw refuse(resource, 'its schema lies in S3; give it inline (Definition) or as an asset of the assembly');
}

function readKey({ physicalId, properties }: ResolvedResource): ApiKeyDefinition {
  const { Expires } = properties;
  return { key: lastPart(physicalId), expiresAtMs: Expires === undefined ? Number.POSITIVE_INFINITY : Number(Expires) * 1000 };
}

function readResolvers(parts: readonly ResolvedResource[], refuse: Refuse): ReadonlyMap<string, LambdaSource> {
  const resolvers = parts.filter(({ type }) => type === 'AWS::AppSync::Resolver');
  return new Map(
    resolvers.map((resolver) => {
      const { TypeName, FieldName, DataSourceName } = resolver.properties;
      checkDirect(resolver, refuse);
      const source = parts.find((each) => each.type === 'AWS::AppSync::DataSource' && nameOf(each) === DataSourceName);
      if (source === undefined) throw refuse(resolver, `got data source ${String(DataSourceName)}, which the API does not have`);
      return [`${String(TypeName)}.${String(FieldName)}`, readSource(source, refuse)] as const;
    }),
  );
}

/** Properties that take a resolver out of the direct form. */
const indirect = {
  Code: 'APPSYNC_JS code',
  CodeS3Location: 'APPSYNC_JS code',
  RequestMappingTemplate: 'a mapping template',
  RequestMappingTemplateS3Location: 'a mapping template',
  ResponseMappingTemplate: 'a mapping template',
  ResponseMappingTemplateS3Location: 'a mapping template',
  PipelineConfig: 'a pipeline',
  CachingConfig: 'a cache',
} as const;

function checkDirect(resolver: ResolvedResource, refuse: Refuse): void {
  const { properties } = resolver;
  const field = `${String(properties.TypeName)}.${String(properties.FieldName)}`;
  const expected = 'expected a direct Lambda resolver (a unit resolver without templates and code)';
  for (const [property, what] of Object.entries(indirect)) {
    if (properties[property] !== undefined) throw refuse(resolver, `${field} has ${what} (${property}), ${expected}`);
  }
  if (properties.Kind === 'PIPELINE') throw refuse(resolver, `${field} is a pipeline, ${expected}`);
  if (Number(properties.MaxBatchSize ?? 0) > 0) throw refuse(resolver, `${field} is batched (MaxBatchSize), ${expected}`);
}

function readSource(source: ResolvedResource, refuse: Refuse): LambdaSource {
  const { Type, LambdaConfig, ServiceRoleArn } = source.properties;
  const functionArn = (LambdaConfig as { LambdaFunctionArn?: unknown } | undefined)?.LambdaFunctionArn;
  if (Type !== 'AWS_LAMBDA' || functionArn === undefined)
    throw refuse(source, `got a data source of type ${String(Type)}, expected AWS_LAMBDA`);
  return { functionArn: String(functionArn), roleArn: String(ServiceRoleArn) };
}

function nameOf({ properties, physicalId }: ResolvedResource): string {
  return typeof properties.Name === 'string' ? properties.Name : lastPart(physicalId);
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function refused(place: string, problem: string): StageError {
  return new StageError('RESOURCE_REFUSED', `${place}: ${problem}; the local stage runs nothing else`);
}
