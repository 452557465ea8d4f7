/**
 * The templates of a stage without its code, for whoever reads them: the IAM lock and tests. Every function gets the same stub, so that
 * nothing needs to be bundled first.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayApp } from './app.js';
import type { Declarations } from './declarations.js';
import type { StageSettings } from './settings-schema.js';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
}

/** A CloudFormation template. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** The templates of all stacks. */
export interface StageTemplates {
  readonly data: Template;
  readonly gateway: Template;
  /** Of the stacks in other accounts, by the account's name. */
  readonly accounts: Readonly<Record<string, Template>>;
}

export interface TemplateOptions {
  readonly settings: StageSettings;
  readonly declarations: Declarations;
  /** Where the assembly goes and stays. @default a folder that is deleted again */
  readonly outDirectory?: string | undefined;
}

/** Synthesizes a stage with stubs for code. */
export function stageTemplates({ settings, declarations, outDirectory }: TemplateOptions): StageTemplates {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-infra-'));
  try {
    const code = join(folder, 'code');
    mkdirSync(code);
    writeFileSync(join(code, 'index.mjs'), 'export const handler = async () => ({});\n');
    const made = createGatewayApp({ settings, declarations, codeFolder: () => code, outDirectory: outDirectory ?? join(folder, 'out') });
    const assembly = made.app.synth();
    const read = (id: string): Template => assembly.getStackArtifact(id).template as Template;
    const accounts = Object.entries(made.accounts).map(([name, { artifactId }]) => [name, read(artifactId)] as const);
    return { data: read(made.data.artifactId), gateway: read(made.gateway.artifactId), accounts: Object.fromEntries(accounts) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * An intrinsic as text: `{LogicalId}`, `{LogicalId.Attribute}`; joined texts joined, the data stack's outputs looked up.
 *
 * @throws Error for an intrinsic that our templates have no use for.
 */
export function text(value: unknown, templates: StageTemplates): string {
  if (typeof value === 'string') return value;
  const [intrinsic, argument] = Object.entries(value as object)[0] ?? [];
  const parts = argument as readonly unknown[];
  switch (intrinsic) {
    case 'Ref':
      return `{${withoutHash(String(argument)).replace(/^AWS::/, '')}}`;
    case 'Fn::GetAtt':
      return `{${withoutHash(String(parts[0]))}.${String(parts[1])}}`;
    case 'Fn::Join':
      return (parts[1] as readonly unknown[]).map((part) => text(part, templates)).join(String(parts[0]));
    case 'Fn::GetStackOutput':
      return text(templates.data.Outputs?.[(argument as { readonly OutputName: string }).OutputName]?.Value, templates);
    default:
      throw new Error(`[TEMPLATE] cannot read ${JSON.stringify(value)} as a text; teach it to templates.ts`);
  }
}

/** A logical id without the hash of its path that CDK appends. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** A statement of a policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Principal?: unknown;
}

/** Statements of a policy resource. */
export function statementsOf({ Properties }: Resource): readonly Statement[] {
  return (Properties.PolicyDocument as { readonly Statement: readonly Statement[] }).Statement;
}

/** One or many, as a list. */
export function list<TItem>(value: TItem | readonly TItem[]): readonly TItem[] {
  return Array.isArray(value) ? value : [value as TItem];
}
