/**
 * Turns an assembly into `ResolvedStack`s: every stack's resources with their properties evaluated, in an order in which each resource
 * comes after those it depends on, and the outputs. Exports and imports are settled across all stacks of the assembly.
 *
 * Pure: it opens no file and no port. URLs are still AWS's (local-origins.ts makes them local).
 */
import { join, resolve as resolvePath } from 'node:path';
import type { Environment, Report, ResolvedResource, ResolvedStack } from '../parts.js';
import type { Assembly, StackTemplate, TemplateResource } from './assembly.js';
import { kindOf } from './attributes.js';
import { containerScript } from './container-script.js';
import { importedResources } from './imports.js';
import { StackScope, type World } from './stack-scope.js';
import { type Place, templateError } from './template-error.js';

export interface ResolveOptions {
  readonly environment: Environment;
  /** Values for template parameters, over their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly report: Report;
}

/**
 * Resolves all stacks of an assembly together.
 *
 * The metadata of a function, and of a GraphQL schema that is a file, gets `aws:asset:path` as an absolute path, from the template or else from the asset manifest.
 *
 * @throws StageError `TEMPLATE_INVALID` naming stack, resource and path
 */
export function resolveAssembly(assembly: Assembly, options: ResolveOptions): ResolvedStack[] {
  const scopes = openScopes(assembly, options);
  reportIgnored([...scopes.values()], options.report);
  return assembly.stacks.map((stack) => resolveStack(stack, scopes.get(stack.name)!));
}

/**
 * Account and region of an assembly: those of the stack with an API, or of the first with a function, or of the first; what it leaves open
 * is `000000000000` and `us-east-1`.
 */
export function environmentOf(assembly: Assembly, given: Partial<Environment> = {}): Environment {
  const { accountId = '000000000000', region = 'us-east-1' } = mainStack(assembly) ?? {};
  return { accountId, region, partition: 'aws', ...given };
}

const mainTypes = [/^AWS::ApiGateway(V2::Api|::RestApi)$/, /^AWS::Lambda::Function$/];

function mainStack({ stacks }: Assembly): StackTemplate | undefined {
  const has = (type: RegExp) => (stack: StackTemplate) => Object.values(stack.template.Resources ?? {}).some(({ Type }) => type.test(Type));
  for (const type of mainTypes) {
    const found = stacks.find(has(type));
    if (found !== undefined) return found;
  }
  return stacks[0];
}

/** A stack's own account and region; the stage's, when they are given, stand in for those of the main stack. */
function environmentOfStack(stack: StackTemplate, main: StackTemplate | undefined, stage: Environment): Environment {
  const { accountId = main?.accountId, region = main?.region } = stack;
  return {
    ...stage,
    ...(accountId === undefined || accountId === main?.accountId ? {} : { accountId }),
    ...(region === undefined || region === main?.region ? {} : { region }),
  };
}

function openScopes(assembly: Assembly, options: ResolveOptions): Map<string, StackScope> {
  const scopes = new Map<string, StackScope>();
  let exported: Map<string, readonly [StackScope, string]> | undefined;
  const main = mainStack(assembly);
  const world: World = {
    environmentOf: (stack) => environmentOfStack(stack, main, options.environment),
    parameters: options.parameters ?? {},
    exportedValue(name, accountId, place) {
      exported ??= collectExports([...scopes.values()]);
      const source = exported.get(name);
      if (source === undefined) throw templateError(place, `no stack of the assembly exports ${name}; synthesize all stacks together`);
      const [scope, outputId] = source;
      if (scope.environment.accountId === accountId) return scope.output(outputId);
      throw templateError(
        place,
        `${name} is exported in account ${scope.environment.accountId}, not in ${accountId}; give the resource a name and use that`,
      );
    },
    outputOf: (stackName, outputName, place) => outputOf(scopes.get(stackName), { stackName, outputName, place }),
  };
  for (const stack of assembly.stacks) scopes.set(stack.name, new StackScope(stack, world));
  return scopes;
}

function collectExports(scopes: readonly StackScope[]): Map<string, readonly [StackScope, string]> {
  return new Map(scopes.flatMap((scope) => scope.exports().map(([name, outputId]) => [name, [scope, outputId] as const] as const)));
}

function outputOf(scope: StackScope | undefined, asked: { stackName: string; outputName: string; place: Place }): string {
  if (scope?.outputIds().includes(asked.outputName)) return scope.output(asked.outputName);
  throw templateError(
    asked.place,
    `stack ${asked.stackName} has no output ${asked.outputName} in this assembly; synthesize all stacks together`,
  );
}

function resolveStack(stack: StackTemplate, scope: StackScope): ResolvedStack {
  const resources = scope.knownResources().map(([logicalId, resource]) => resolveResource(stack, scope, { logicalId, resource }));
  const outputs = Object.fromEntries(scope.outputIds().map((outputId) => [outputId, scope.output(outputId)]));
  const { name } = stack;
  return { name, environment: scope.environment, resources: [...inOrder(resources, scope), ...importedResources(stack)], outputs };
}

function resolveResource(stack: StackTemplate, scope: StackScope, at: { logicalId: string; resource: TemplateResource }): ResolvedResource {
  const properties = scope.properties(at.logicalId);
  const asset = assetTypes.has(at.resource.Type) ? assetPath(stack, at.resource, properties) : undefined;
  return {
    logicalId: at.logicalId,
    type: at.resource.Type,
    physicalId: scope.physicalId(at.logicalId),
    properties,
    metadata: {
      ...at.resource.Metadata,
      ...(asset === undefined ? {} : { 'aws:asset:path': asset }),
      ...containerScript(stack, at.resource.Metadata),
    },
  };
}

/** Types whose code or text may lie in a file of the assembly. */
const assetTypes: ReadonlySet<string> = new Set(['AWS::Lambda::Function', 'AWS::AppSync::GraphQLSchema']);

/** The template's own metadata comes first: the CDK CLI writes it, a bare `node app.js` does not. */
function assetPath(stack: StackTemplate, resource: TemplateResource, properties: Record<string, unknown>): string | undefined {
  const fromMetadata = resource.Metadata?.['aws:asset:path'];
  if (typeof fromMetadata === 'string') return resolvePath(stack.directory, fromMetadata);
  const key = (properties.Code as { S3Key?: unknown } | undefined)?.S3Key ?? properties.DefinitionS3Location;
  const path = typeof key === 'string' ? stack.assets.get(key.slice(key.lastIndexOf('/') + 1)) : undefined;
  return path === undefined ? undefined : join(path);
}

/**
 * Depth first, so that a table comes before the function that reads it. CloudFormation refuses a circle of references and `DependsOn`
 * between resources; so does this.
 */
function inOrder(resources: readonly ResolvedResource[], scope: StackScope): ResolvedResource[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const ordered = new Set<ResolvedResource>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = byId.get(logicalId);
    if (resource === undefined || ordered.has(resource)) return;
    if (path.includes(logicalId)) {
      const place: Place = { stack: scope.name, owner: `Resources.${logicalId}`, path: 'Properties' };
      throw templateError(place, `circular dependency: ${[...path.slice(path.indexOf(logicalId)), logicalId].join(' -> ')}`);
    }
    for (const dependency of scope.dependencies(logicalId)) visit(dependency, [...path, logicalId]);
    ordered.add(resource);
  };
  for (const logicalId of byId.keys()) visit(logicalId, []);
  return [...ordered];
}

function reportIgnored(scopes: readonly StackScope[], report: Report): void {
  const ignored = unique(scopes.flatMap((scope) => scope.unknownTypes()));
  if (ignored.length > 0) {
    report({
      level: 'info',
      part: 'template',
      message: `ignored, no local counterpart: ${ignored.join(', ')}`,
      detail: { types: ignored },
    });
  }
  const types = scopes.flatMap((scope) => scope.knownResources().map(([, resource]) => resource.Type));
  const unserved = unique(types.filter((type) => kindOf(type)?.unserved === true));
  if (unserved.length > 0) {
    const message = `named but not running here (a call to them fails): ${unserved.join(', ')}`;
    report({ level: 'info', part: 'template', message, detail: { types: unserved } });
  }
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
