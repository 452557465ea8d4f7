/**
 * Policy documents, compiled once: a JSON text or object, one statement or a list, texts or lists of texts in its elements.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { arnParts, matchesArn, splitGlob } from './arn.js';
import { type Condition, compileConditions } from './condition.js';
import { compileGlob, type Glob, matchesGlob } from './glob.js';
import { MalformedPolicy } from './malformed-policy.js';
import { compileText, type Lookup } from './policy-text.js';
import { compileNotPrincipal, compilePrincipal, type PrincipalElement } from './principal-element.js';

/** What a policy is attached to, or stands for. */
export type PolicyKind = 'identity' | 'resource' | 'trust' | 'boundary' | 'session';

export interface Policy {
  /** As a message names it: its name, or the logical id of its resource. */
  readonly name: string;
  readonly kind: PolicyKind;
  readonly statements: readonly Statement[];
  /** Condition keys that its statements ask for, in lower case. */
  readonly keys: ReadonlySet<string>;
}

export interface Statement {
  readonly policy: { readonly name: string; readonly kind: PolicyKind };
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  /** Of a trust policy: everything. */
  readonly resources: Patterns;
  /** `undefined` in policies that are attached to who asks. */
  readonly principal: PrincipalElement | undefined;
  readonly condition: Condition;
}

/** `Action` or `Resource`, or with `Not` in front. */
export interface Patterns {
  readonly negated: boolean;
  readonly sources: readonly string[];
  /** Which of the sources a request fits. */
  matching(subject: Subject): readonly number[];
}

/** What a request is about, prepared once for all statements: the action in lower case, the resource also in the parts of its ARN. */
export interface Subject {
  readonly action: string;
  readonly resource: string;
  readonly arn: readonly string[] | undefined;
  readonly lookup: Lookup;
}

/** Prepares a request for matching. */
export function subjectOf(asked: { readonly action: string; readonly resource: string; readonly lookup: Lookup }): Subject {
  const { action, resource, lookup } = asked;
  return { action: action.toLowerCase(), resource, arn: arnParts(resource), lookup };
}

interface Document {
  readonly Version?: unknown;
  readonly Statement?: unknown;
}

/**
 * Compiles a document.
 *
 * @param about its name, and what kind of policy it is
 * @throws MalformedPolicy
 */
export function compilePolicy(document: unknown, about: { readonly name: string; readonly kind: PolicyKind }): Policy {
  const { Version: version, Statement: statements = [] } = readDocument(document, about.name);
  const keys = new Set<string>();
  const compiled = listOf(statements).map((statement, index) => {
    const malformed = (problem: string): Error => new MalformedPolicy(about.name, `statement ${index + 1}: ${problem}`);
    return compileStatement(statement, { about, keys, malformed, hasVariables: version === '2012-10-17' });
  });
  return { ...about, statements: compiled, keys };
}

function readDocument(document: unknown, name: string): Document {
  const value = typeof document === 'string' ? parseJson(document, name) : document;
  if (isRecord(value)) return value;
  throw new MalformedPolicy(name, `got ${JSON.stringify(value)}, expected an object with Version and Statement`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedPolicy(name, `it is not JSON (${(cause as Error).message})`);
  }
}

interface Compiling {
  readonly about: { readonly name: string; readonly kind: PolicyKind };
  readonly keys: Set<string>;
  readonly malformed: (problem: string) => Error;
  readonly hasVariables: boolean;
}

function compileStatement(statement: unknown, at: Compiling): Statement {
  if (!isRecord(statement)) throw at.malformed(`got ${JSON.stringify(statement)}, expected an object`);
  const { Effect: effect, Sid: sid, Condition: condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw at.malformed(`got Effect ${JSON.stringify(effect)}, expected Allow or Deny`);
  const conditions = compileConditions(condition, at);
  for (const key of conditions.keys) at.keys.add(key);
  return {
    policy: at.about,
    sid: typeof sid === 'string' && sid !== '' ? sid : undefined,
    effect,
    actions: compileActions(statement, at),
    resources: compileResources(statement, at),
    principal: compilePrincipals(statement, at),
    condition: conditions.holds,
  };
}

/** `Action` and `NotAction`; upper and lower case are the same. */
function compileActions({ Action, NotAction }: Readonly<Record<string, unknown>>, at: Compiling): Patterns {
  const sources = textsOf(Action ?? NotAction);
  if (sources.length === 0) throw at.malformed('it has neither Action nor NotAction');
  const patterns = sources.map((source) => compileAction(source.toLowerCase()));
  return { negated: Action === undefined, sources, matching: ({ action }) => indexesOf(patterns, (matches) => matches(action)) };
}

function compileAction(source: string): (action: string) => boolean {
  if (!hasWildcard(source)) return (action) => action === source;
  const glob = compileGlob(source);
  return (action) => matchesGlob(glob, action);
}

function hasWildcard(source: string): boolean {
  return source.includes('*') || source.includes('?');
}

/** `Resource` and `NotResource`; a trust policy has neither. */
function compileResources({ Resource, NotResource }: Readonly<Record<string, unknown>>, at: Compiling): Patterns {
  if (Resource === undefined && NotResource === undefined) {
    if (at.about.kind !== 'trust') throw at.malformed('it has neither Resource nor NotResource');
    return everything;
  }
  const sources = textsOf(Resource ?? NotResource);
  const patterns = sources.map((source) => compileResource(source, at));
  return { negated: Resource === undefined, sources, matching: (subject) => indexesOf(patterns, (matches) => matches(subject)) };
}

const everything: Patterns = { negated: false, sources: ['*'], matching: () => [0] };

type ResourcePattern = (subject: Subject) => boolean;

/** `*` is also what has no ARN. */
function compileResource(source: string, at: Compiling): ResourcePattern {
  if (source === '*') return () => true;
  const text = compileText(source, at.hasVariables);
  for (const key of text.keys) at.keys.add(key);
  if (text.keys.length > 0) return (subject) => fits(text.glob(subject.lookup), subject);
  if (!source.includes('$') && !hasWildcard(source)) return ({ resource }) => resource === source;
  const parts = splitGlob(text.glob(() => undefined) ?? []);
  return ({ arn }) => matchesArn(parts, arn);
}

function fits(glob: Glob | undefined, { arn }: Subject): boolean {
  return glob !== undefined && matchesArn(splitGlob(glob), arn);
}

function compilePrincipals({ Principal, NotPrincipal }: Readonly<Record<string, unknown>>, at: Compiling): PrincipalElement | undefined {
  if (Principal !== undefined) return compilePrincipal(Principal, at.malformed);
  if (NotPrincipal !== undefined) return compileNotPrincipal(NotPrincipal, at.malformed);
  if (at.about.kind === 'resource' || at.about.kind === 'trust') throw at.malformed('it has neither Principal nor NotPrincipal');
  return undefined;
}

function indexesOf<TItem>(items: readonly TItem[], matches: (item: TItem) => boolean): readonly number[] {
  const found: number[] = [];
  for (const [index, item] of items.entries()) if (matches(item)) found.push(index);
  return found;
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value ?? []).map(String);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
