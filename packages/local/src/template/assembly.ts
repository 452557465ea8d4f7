/**
 * Reads a cloud assembly (the folder that `cdk synth` writes) from disk: `manifest.json`, the templates of its stacks, and where the
 * code of each function lies. Nested assemblies (CDK stages) are read too. Stacks come out with every stack after those it depends on.
 * https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-app
 *
 * It does not synthesize, does not look into a template, and does not read Docker image assets.
 */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { StageError } from '../stage-error.js';

/** The templates of an assembly in deployment order. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly StackTemplate[];
}

/** One stack as it was synthesized, intrinsics and all. */
export interface StackTemplate {
  readonly name: string;
  /** From `aws://ACCOUNT/REGION`; absent for a stack without environment. */
  readonly accountId?: string;
  readonly region?: string;
  readonly template: Template;
  /** Absolute path of a file asset by the last part of its S3 key (`HASH.zip`). */
  readonly assets: ReadonlyMap<string, string>;
  /** The folder that relative asset paths of this stack start from. */
  readonly directory: string;
}

/** The sections of a CloudFormation template that the stage reads. */
export interface Template {
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type?: string; readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
}

/**
 * Reads an assembly.
 *
 * @throws StageError `ASSEMBLY_UNREADABLE` when the folder, the manifest or a template is missing or not JSON
 */
export async function loadAssembly(directory: string): Promise<Assembly> {
  const root = resolve(directory);
  const stacks = await loadStacks(root);
  if (stacks.length === 0) {
    throw unreadable(join(root, 'manifest.json'), 'it lists no stack, expected at least one; add a stack to the CDK app and synthesize');
  }
  return { directory: root, stacks };
}

async function loadStacks(directory: string): Promise<StackTemplate[]> {
  const manifestFile = join(directory, 'manifest.json');
  const manifest = await readJson(manifestFile);
  if (!isObject(manifest.artifacts)) {
    throw unreadable(manifestFile, 'it has no "artifacts", so it is no cloud assembly; synthesize again (for example "cdk synth")');
  }
  const artifacts = manifest.artifacts as Record<string, Artifact>;
  const assets = await loadAssets(directory, Object.values(artifacts));
  const stacks: StackTemplate[] = [];
  for (const id of dependencyOrder(artifacts)) {
    const artifact = artifacts[id]!;
    if (artifact.type === 'aws:cloudformation:stack') stacks.push(await loadStack({ directory, id, artifact, assets }));
    if (artifact.type === 'cdk:cloud-assembly') {
      stacks.push(...(await loadStacks(join(directory, text(artifact.properties?.directoryName, id)))));
    }
  }
  return stacks;
}

async function loadStack(at: {
  directory: string;
  id: string;
  artifact: Artifact;
  assets: ReadonlyMap<string, string>;
}): Promise<StackTemplate> {
  const file = join(at.directory, text(at.artifact.properties?.templateFile, `${at.id}.template.json`));
  const [accountId, region] = (at.artifact.environment ?? '').replace('aws://', '').split('/');
  return {
    name: text(at.artifact.properties?.stackName, at.id),
    template: (await readJson(file)) as Template,
    assets: at.assets,
    directory: at.directory,
    ...(accountId !== undefined && /^\d{12}$/.test(accountId) ? { accountId } : {}),
    ...(region !== undefined && region !== '' && region !== 'unknown-region' ? { region } : {}),
  };
}

/** File assets of every `*.assets.json` named in the manifest. One hash can be shared by several stacks. */
async function loadAssets(directory: string, artifacts: readonly Artifact[]): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  for (const artifact of artifacts.filter((candidate) => candidate.type === 'cdk:asset-manifest')) {
    const manifest = await readJson(join(directory, text(artifact.properties?.file, 'assets.json')));
    const files = (manifest.files ?? {}) as Record<string, AssetFile>;
    for (const file of Object.values(files)) {
      if (file.source?.path === undefined) continue;
      const path = isAbsolute(file.source.path) ? file.source.path : join(directory, file.source.path);
      for (const destination of Object.values(file.destinations ?? {})) assets.set(lastPart(destination.objectKey), path);
    }
  }
  return assets;
}

interface AssetFile {
  readonly source?: { readonly path?: string };
  readonly destinations?: Readonly<Record<string, { readonly objectKey: string }>>;
}

/** Depth first; an assembly with a cycle was not written by CDK, and is read in manifest order rather than refused. */
function dependencyOrder(artifacts: Readonly<Record<string, Artifact>>): string[] {
  const ordered = new Set<string>();
  const visited = new Set<string>();
  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (artifact === undefined || visited.has(id)) return;
    visited.add(id);
    for (const dependency of artifact.dependencies ?? []) visit(dependency);
    ordered.add(id);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return [...ordered];
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, 'the file cannot be read; synthesize first (for example "cdk synth") and pass the folder it wrote', cause);
  }
  try {
    const value: unknown = JSON.parse(content);
    if (isObject(value)) return value;
  } catch (cause) {
    throw unreadable(file, `it is not JSON (${(cause as Error).message}); delete the folder and synthesize again`, cause);
  }
  throw unreadable(file, 'expected a JSON object; delete the folder and synthesize again');
}

function unreadable(file: string, message: string, cause?: unknown): StageError {
  return new StageError('ASSEMBLY_UNREADABLE', `cannot read ${file}: ${message}`, { cause });
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function lastPart(objectKey: string): string {
  return objectKey.slice(objectKey.lastIndexOf('/') + 1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
