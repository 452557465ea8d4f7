/**
 * What IAM decided while the stage ran: the last decisions in order, and how often each right was asked for. Both are bounded: the oldest
 * go first.
 */
import type { PolicyKind } from './policy.js';

/** One decision. */
export interface Decision {
  readonly atMs: number;
  /** ARN of who asked, or the name of an AWS service. */
  readonly principal: string;
  /** Logical id of the caller's role. */
  readonly role?: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly outcome: 'allowed' | 'explicit-deny' | 'implicit-deny';
  /** The kind of policy that decided, or `operator` for whom no policy is asked. */
  readonly policy: PolicyKind | 'operator';
  /** Sid of the deciding statement, and the policy it is in. */
  readonly sid?: string;
  readonly policyName?: string;
  /** What the caller was told. */
  readonly message?: string;
}

/** How often one right was asked for. */
export interface DecisionCount {
  /** Logical id of the role; for others the principal. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  allowed: number;
  denied: number;
}

const MAX_DECISIONS = 1000;
const MAX_COUNTS = 10_000;

export class DecisionLog {
  readonly #ring: Decision[] = [];
  #next = 0;
  readonly #counts = new Map<string, DecisionCount>();

  add(decision: Decision): void {
    this.#ring[this.#next] = decision;
    this.#next = (this.#next + 1) % MAX_DECISIONS;
    const { role = decision.principal, action, resource, allowed } = decision;
    const key = `${role} ${action} ${resource}`;
    const count = this.#counts.get(key) ?? this.#newCount(key, { role, action, resource, allowed: 0, denied: 0 });
    if (allowed) count.allowed += 1;
    else count.denied += 1;
  }

  /** The newest first. @param limit @default 100 */
  latest(limit = 100): readonly Decision[] {
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return limit > 0 ? inOrder.slice(-limit).reverse() : [];
  }

  counts(): readonly DecisionCount[] {
    return [...this.#counts.values()].map((count) => ({ ...count }));
  }

  #newCount(key: string, count: DecisionCount): DecisionCount {
    if (this.#counts.size >= MAX_COUNTS) this.#counts.delete(this.#counts.keys().next().value!);
    this.#counts.set(key, count);
    return count;
  }
}
