/**
 * AWS's limits, by arithmetic from the templates. What a template leaves open (names, ARNs) counts with the most it can become, so that a
 * figure is never below the truth by much.
 *
 * Sources: CloudFormation quotas; API Gateway quotas for REST and WebSocket APIs; IAM quotas (inline policies of a role, white space not
 * counted); Lambda quotas (environment, resource policy, package); SQS event sources (visibility timeout).
 */

import { list, type Resource, type StageTemplates, statementsOf, type Template, text, withoutHash } from '../templates.js';
import type { Finding } from './finding.js';

/** One figure beside its limit. */
export interface QuotaFigure {
  readonly quota: string;
  readonly where: string;
  readonly value: number;
  /** The most there may be; the least with `atLeast`. */
  readonly limit: number;
  readonly atLeast?: true;
  /** Somebody chose it: to be near the limit is no warning. */
  readonly chosen?: true;
}

/** Above this part of a limit a figure is told of. */
const NEAR = 0.8;

/** An ARN or a URL that only a deployment knows, in characters. */
const OPEN_TEXT = 'x'.repeat(120);

const MAX_RESOURCES = 500;
const MAX_TEMPLATE_BYTES = 1_000_000;
const MAX_API_RESOURCES = 300;
const MAX_ROUTES = 300;
const MAX_ROLE_POLICY_CHARACTERS = 10_240;
const MAX_FUNCTION_POLICY_BYTES = 20_480;
const MAX_ENVIRONMENT_BYTES = 4_096;
const MAX_INTEGRATION_SECONDS = 29;
const VISIBILITY_FACTOR = 6;

/** All figures of a stage. */
export function quotaFigures(templates: StageTemplates): readonly QuotaFigure[] {
  const { gateway } = templates;
  const stacks: Readonly<Record<string, Template>> = { data: templates.data, gateway, ...templates.accounts };
  return [
    ...Object.entries(stacks).flatMap(([name, template]) => stackFigures(name, template)),
    ...apiFigures(gateway),
    ...Object.entries(stacks).flatMap(([, template]) => roleFigures(template)),
    ...functionFigures(gateway),
    ...routedTimeouts(gateway),
    ...visibilities(templates),
  ];
}

/** What is wrong, or nearly so, with the figures. */
export function quotaFindings(figures: readonly QuotaFigure[]): readonly Finding[] {
  return figures.flatMap(({ quota, where, value, limit, atLeast, chosen }): readonly Finding[] => {
    const check = `${quota} of ${where}`;
    if (atLeast) return value >= limit ? [] : [{ severity: 'error', check, message: `got ${value}, expected at least ${limit}` }];
    if (value > limit) return [{ severity: 'error', check, message: `got ${value}, expected at most ${limit}` }];
    return !chosen && value > limit * NEAR ? [{ severity: 'warning', check, message: `${value} of at most ${limit}` }] : [];
  });
}

function ofType(template: Template, type: string): readonly (readonly [id: string, resource: Resource])[] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

function stackFigures(where: string, template: Template): readonly QuotaFigure[] {
  return [
    { quota: 'resources', where, value: Object.keys(template.Resources).length, limit: MAX_RESOURCES },
    { quota: 'template bytes', where, value: Buffer.byteLength(JSON.stringify(template)), limit: MAX_TEMPLATE_BYTES },
  ];
}

function apiFigures(gateway: Template): readonly QuotaFigure[] {
  const paths = ofType(gateway, 'AWS::ApiGateway::Resource').length;
  const routes = ofType(gateway, 'AWS::ApiGatewayV2::Route').length;
  return [
    { quota: 'paths', where: 'the REST API', value: paths, limit: MAX_API_RESOURCES },
    { quota: 'routes', where: 'the WebSocket API', value: routes, limit: MAX_ROUTES },
  ];
}

/** All inline policies of a role count together. */
function roleFigures(template: Template): readonly QuotaFigure[] {
  const sizes = new Map<string, number>();
  for (const [, policy] of ofType(template, 'AWS::IAM::Policy')) {
    const size = closed({ Version: '2012-10-17', Statement: statementsOf(policy) }).length;
    for (const role of policy.Properties.Roles as readonly { readonly Ref: string }[])
      sizes.set(role.Ref, (sizes.get(role.Ref) ?? 0) + size);
  }
  return [...sizes].map(([role, value]) => ({
    quota: 'policy characters',
    where: withoutHash(role),
    value,
    limit: MAX_ROLE_POLICY_CHARACTERS,
  }));
}

function functionFigures(gateway: Template): readonly QuotaFigure[] {
  const permissions = ofType(gateway, 'AWS::Lambda::Permission');
  return ofType(gateway, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const where = withoutHash(id);
    const { Variables = {} } = (Properties.Environment ?? {}) as { readonly Variables?: Readonly<Record<string, unknown>> };
    const own = permissions.filter(([, permission]) => JSON.stringify(permission.Properties.FunctionName).includes(`"${id}"`));
    return [
      { quota: 'environment bytes', where, value: environmentBytes(Variables), limit: MAX_ENVIRONMENT_BYTES },
      { quota: 'function policy bytes', where, value: functionPolicyBytes(own), limit: MAX_FUNCTION_POLICY_BYTES },
    ];
  });
}

function environmentBytes(variables: Readonly<Record<string, unknown>>): number {
  return Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(closedText(value)), 0);
}

/** Lambda writes each permission as a statement with effect, principal, action, resource and a condition. */
function functionPolicyBytes(permissions: readonly (readonly [id: string, resource: Resource])[]): number {
  const frame =
    '{"Sid":"","Effect":"Allow","Principal":{"Service":""},"Action":"","Resource":"","Condition":{"ArnLike":{"AWS:SourceArn":""}}}';
  return permissions.reduce((sum, [id, { Properties }]) => {
    return sum + frame.length + id.length + OPEN_TEXT.length + closed(Properties).length;
  }, 0);
}

/** API Gateway answers 504 after 29 seconds, whatever the function still does. */
function routedTimeouts(gateway: Template): readonly QuotaFigure[] {
  const integrations = [...ofType(gateway, 'AWS::ApiGateway::Method'), ...ofType(gateway, 'AWS::ApiGatewayV2::Integration')];
  const uris = integrations.map(([, { Properties }]) => JSON.stringify(Properties.Integration ?? Properties.IntegrationUri));
  return ofType(gateway, 'AWS::Lambda::Function')
    .filter(([id]) => uris.some((uri) => uri.includes(`"${id}"`)))
    .map(([id, { Properties }]) => ({
      quota: 'timeout seconds',
      where: withoutHash(id),
      value: Number(Properties.Timeout),
      limit: MAX_INTEGRATION_SECONDS,
      chosen: true as const,
    }));
}

/** A queue must hide a message for six times the timeout of the function that works on it. */
function visibilities(templates: StageTemplates): readonly QuotaFigure[] {
  return ofType(templates.gateway, 'AWS::Lambda::EventSourceMapping').flatMap(([, { Properties }]) => {
    const source = text(Properties.EventSourceArn, templates);
    const found = ofType(templates.data, 'AWS::SQS::Queue').find(([id]) => source === `{${withoutHash(id)}.Arn}`);
    if (found === undefined) return [];
    const reader = templates.gateway.Resources[(Properties.FunctionName as { readonly Ref: string }).Ref];
    const value = Number(found[1].Properties.VisibilityTimeout ?? 30);
    const limit = VISIBILITY_FACTOR * Number(reader?.Properties.Timeout ?? 3);
    return [{ quota: 'visibility seconds', where: withoutHash(found[0]), value, limit, atLeast: true as const }];
  });
}

/** JSON with every intrinsic as long as it can become. */
function closed(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (isIntrinsic(each) ? closedText(each) : each));
}

function closedText(value: unknown): string {
  if (!isIntrinsic(value)) return String(value);
  const join = (value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  return join === undefined ? OPEN_TEXT : list(join[1]).map(closedText).join(join[0]);
}

function isIntrinsic(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}
