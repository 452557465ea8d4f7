/**
 * IAM for the stage: reads all policies of an assembly once, answers `authorize` for every service, keeps what it decided, and can take a
 * right away while the stage runs.
 *
 * A decision is kept by caller, action, resource and the condition keys that the policies in question name. Policies that ask for the time
 * are evaluated anew.
 */
import type { Clock, Environment, Principal, Report, ResolvedStack } from '../parts.js';
import { accountOf, arnParts } from './arn.js';
import type { AuthorizationRequest, Authorize, ServicePrincipal } from './authorize.js';
import { type Caller, callerOf } from './caller.js';
import { type Decision, type DecisionCount, DecisionLog } from './decision-log.js';
import { advice, awsSentence, type Denial, denialOf } from './denial.js';
import { evaluate, type PolicySet, type Verdict } from './evaluate.js';
import { GrantUsage, type UnusedGrant } from './grant-usage.js';
import { compilePolicy, type Policy, type Subject, subjectOf } from './policy.js';
import { type ResourcePolicies, readResourcePolicies } from './read-resource-policies.js';
import { type Role, type Roles, readRoles } from './read-roles.js';
import { contextOf, timeKeys } from './request-context.js';
import { roleUses } from './role-uses.js';
import { type RoleUse, Withheld, type WithheldRight } from './withheld.js';

export interface EvaluatorOptions {
  readonly stacks: readonly ResolvedStack[];
  /** Of stacks that name none. */
  readonly environment: Environment;
  readonly clock: Clock;
  /** Users that may do everything, by ARN: the developer, and tests. @default none */
  readonly operators?: readonly string[];
  /** Gets every denial, and managed policies that are not known. @default nobody */
  readonly report?: Report;
  /** Says more about a denial: what to change in the source. */
  readonly explainDenial?: (denial: Denial) => string | undefined;
}

export interface Evaluator {
  readonly authorize: Authorize;
  readonly roles: Roles;
  /** The newest first. @param limit @default 100 */
  decisions(limit?: number): readonly Decision[];
  counts(): readonly DecisionCount[];
  /** Rights that no decision needed, of roles that functions have or may assume. */
  unusedGrants(): readonly UnusedGrant[];
  /** Takes a right out of a role's identity policies until the returned function is called. @throws Error for a role that is not there */
  withhold(right: WithheldRight): () => void;
  /** Gives a resource this policy instead of the template's; none for `undefined`. @throws MalformedPolicy */
  readonly replacePolicy: (resourceArn: string, document: unknown) => void;
}

/**
 * Makes an evaluator.
 *
 * @throws MalformedPolicy for a policy of the assembly that cannot be read
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new StageEvaluator(options);
}

/** Who asks, with the policies that are attached to it. */
interface Asker {
  readonly id: string;
  readonly caller: Caller;
  readonly role: Role | undefined;
  readonly policies: Omit<PolicySet, 'resource'>;
  readonly keys: ReadonlySet<string>;
}

/** A decision as it is kept, without its time. */
interface Kept {
  readonly decision: Omit<Decision, 'atMs'>;
  readonly denial?: Denial;
}

const MAX_KEPT = 10_000;

class StageEvaluator implements Evaluator {
  readonly roles: Roles;
  readonly #options: EvaluatorOptions;
  readonly #resources: ResourcePolicies;
  readonly #operators: ReadonlySet<string>;
  readonly #uses: readonly RoleUse[];
  readonly #withheld: Withheld;
  readonly #askers = new Map<string, Asker>();
  readonly #kept = new Map<string, Kept>();
  readonly #log = new DecisionLog();
  readonly #usage = new GrantUsage();

  constructor(options: EvaluatorOptions) {
    const { stacks, environment, report = () => undefined } = options;
    this.#options = options;
    this.roles = readRoles(stacks, environment, report);
    this.#resources = readResourcePolicies(stacks, environment);
    this.#operators = new Set(options.operators);
    this.#uses = roleUses(stacks, this.roles);
    this.#withheld = new Withheld(this.#uses);
  }

  readonly authorize: Authorize = (request) => {
    const { decision, denial } = this.#decide(request);
    const { allowed, message } = decision;
    this.#log.add({ atMs: this.#options.clock.now(), ...decision });
    if (message === undefined) return { allowed };
    this.#options.report?.({ level: 'warn', part: 'iam', message, detail: { denial } });
    return { allowed, message };
  };

  decisions(limit?: number): readonly Decision[] {
    return this.#log.latest(limit);
  }

  counts(): readonly DecisionCount[] {
    return this.#log.counts();
  }

  unusedGrants(): readonly UnusedGrant[] {
    const acting = this.#uses.filter(({ role, functions }) => functions.length > 0 || role.isAssumable);
    return acting.flatMap(({ role, functions }) => {
      const about = { role: role.logicalId, functions: functions.map(({ name }) => name) };
      return this.#usage.unused(role.identity).map((right) => ({ ...about, ...right }));
    });
  }

  withhold(right: WithheldRight): () => void {
    const restore = this.#withheld.add(right);
    this.#kept.clear();
    return () => {
      restore();
      this.#kept.clear();
    };
  }

  readonly replacePolicy: Evaluator['replacePolicy'] = (resourceArn, document) => {
    this.#resources.replace(resourceArn, document);
    this.#kept.clear();
  };

  #decide(request: AuthorizationRequest): Kept {
    const asker = this.#askerOf(request.principal);
    const resource = this.#resourcePolicies(request.resource);
    const key = keptBy(request, asker, resource);
    const known = key === undefined ? undefined : this.#kept.get(key);
    if (known !== undefined) return known;
    const decided = this.#evaluate(request, asker, resource);
    if (key !== undefined) {
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(key, decided);
    }
    return decided;
  }

  #evaluate({ action, resource, context }: AuthorizationRequest, asker: Asker, resourcePolicies: readonly Policy[]): Kept {
    const { caller, role } = asker;
    const asked = { caller, role, action, resource };
    if (caller.kind === 'user' && this.#operators.has(caller.arn)) return { decision: describe(asked, 'operator') };
    const resourceAccount = this.#ownerOf(resource, caller);
    const region = arnParts(resource)?.[3] || this.#options.environment.region;
    const nowMs = this.#options.clock.now();
    const lookup = contextOf({ caller, role, resourceAccount, region, nowMs, given: context });
    const isWithheld = role !== undefined && this.#withheld.includes(role, action, resource);
    const subject = subjectOf({ action, resource, lookup });
    const inquiry = { caller, roleArn: role?.arn, resourceAccount, subject };
    const verdict = evaluate(inquiry, { ...asker.policies, isWithheld, resource: resourcePolicies });
    if (verdict.outcome === 'allowed') return this.#allow(asked, verdict, subject);
    const denial = denialOf(asked, verdict);
    return { denial, decision: { ...describe(asked, verdict), message: this.#messageOf(denial) } };
  }

  #allow(asked: Asked, verdict: Verdict, subject: Subject): Kept {
    for (const statement of verdict.grants) this.#usage.note(statement, subject);
    return { decision: describe(asked, verdict) };
  }

  #messageOf(denial: Denial): string {
    return [awsSentence(denial), advice(denial), this.#options.explainDenial?.(denial)].filter((text) => text !== undefined).join('. ');
  }

  #ownerOf(resource: string, caller: Caller): string {
    const own = caller.kind === 'service' ? this.#options.environment.accountId : caller.accountId;
    return accountOf(resource) ?? this.#resources.ownerOf(resource) ?? own;
  }

  /** The trust policy of a role is the resource policy of assuming it. */
  #resourcePolicies(resource: string): readonly Policy[] {
    const [, accountId = '', path = ''] = /^arn:[\w-]+:iam::(\d{12}):role\/(.+)$/.exec(resource) ?? [];
    const role = path === '' ? undefined : this.roles.find(accountId, path.slice(path.lastIndexOf('/') + 1));
    return role === undefined ? this.#resources.of(resource) : [role.trust];
  }

  #askerOf(principal: Principal | ServicePrincipal): Asker {
    const id = 'service' in principal ? principal.service : `${principal.arn} ${principal.sessionPolicy ?? ''}`;
    const known = this.#askers.get(id);
    if (known !== undefined) return known;
    if (this.#askers.size >= MAX_KEPT) this.#askers.clear();
    const asker = this.#readAsker(id, principal);
    this.#askers.set(id, asker);
    return asker;
  }

  #readAsker(id: string, principal: Principal | ServicePrincipal): Asker {
    const caller = callerOf(principal);
    const role = caller.kind === 'session' ? this.roles.find(caller.accountId, caller.roleName) : undefined;
    const narrowed = 'arn' in principal && principal.sessionPolicy !== undefined;
    const session = narrowed ? [compilePolicy(principal.sessionPolicy, { name: 'session policy', kind: 'session' })] : [];
    const identity = role?.identity ?? [];
    const policies = { identity, session, ...(role?.boundary === undefined ? {} : { boundary: role.boundary }) };
    const all = [...identity, ...session, ...(role?.boundary === undefined ? [] : [role.boundary])];
    return { id, caller, role, policies, keys: new Set(all.flatMap((policy) => [...policy.keys])) };
  }
}

interface Asked {
  readonly caller: Caller;
  readonly role: Role | undefined;
  readonly action: string;
  readonly resource: string;
}

function describe({ caller, role, action, resource }: Asked, verdict: Verdict | 'operator'): Omit<Decision, 'atMs'> {
  const about = {
    principal: caller.kind === 'service' ? caller.service : caller.arn,
    ...(role === undefined ? {} : { role: role.logicalId }),
    action,
    resource,
  };
  if (verdict === 'operator') return { ...about, allowed: true, outcome: 'allowed', policy: 'operator' };
  const { outcome, policy, statement } = verdict;
  return {
    ...about,
    allowed: outcome === 'allowed',
    outcome,
    policy,
    ...(statement === undefined ? {} : { policyName: statement.policy.name }),
    ...(statement?.sid === undefined ? {} : { sid: statement.sid }),
  };
}

/** What a decision is kept by; `undefined` when it holds for one moment only. */
function keptBy(request: AuthorizationRequest, asker: Asker, resource: readonly Policy[]): string | undefined {
  const key = `${asker.id}\n${request.action}\n${request.resource}`;
  const asksFor = (name: string): boolean => asker.keys.has(name) || resource.some(({ keys }) => keys.has(name));
  if (asker.keys.size === 0 && resource.length === 0) return key;
  if (timeKeys.some(asksFor)) return undefined;
  const given = Object.entries(request.context).filter(([name]) => asksFor(name.toLowerCase()));
  return given.length === 0 ? key : `${key}\n${JSON.stringify(given)}`;
}
