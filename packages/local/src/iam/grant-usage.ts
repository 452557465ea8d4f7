/**
 * Which rights were used: of every Allow statement, the pairs of an action and a resource, as they are written, that a decision needed.
 * What is left over is what a role could do without.
 */
import type { Policy, Statement, Subject } from './policy.js';

/** A right that nobody used. */
export interface UnusedGrant extends UnusedRight {
  /** Logical id of the role. */
  readonly role: string;
  /** Names of the functions that have the role. */
  readonly functions: readonly string[];
}

export interface UnusedRight {
  readonly policyName: string;
  readonly sid?: string;
  /** As in the statement, wildcards and all. */
  readonly action: string;
  readonly resource: string;
}

/** Services that the stage does not ask IAM for: functions log and trace without a call. */
const unasked = /^(logs|xray|cloudwatch):/i;

export class GrantUsage {
  readonly #used = new Map<Statement, Set<string>>();

  /** Notes that a statement was needed for a request. */
  note(statement: Statement, subject: Subject): void {
    const used = this.#used.get(statement) ?? new Set();
    this.#used.set(statement, used);
    for (const action of statement.actions.matching(subject)) {
      for (const resource of statement.resources.matching(subject)) used.add(`${action} ${resource}`);
    }
  }

  /** What is left of some policies. A statement with `NotAction` or `NotResource` names no rights, so it has none to be unused. */
  unused(policies: readonly Policy[]): readonly UnusedRight[] {
    const statements = policies.flatMap((policy) => policy.statements.filter(namesRights));
    return statements.flatMap((statement) => {
      const { actions, resources, policy, sid } = statement;
      const about = { policyName: policy.name, ...(sid === undefined ? {} : { sid }) };
      const used = this.#used.get(statement);
      return actions.sources.flatMap((action, actionIndex) =>
        resources.sources.flatMap((resource, resourceIndex) =>
          unasked.test(action) || used?.has(`${actionIndex} ${resourceIndex}`) ? [] : [{ ...about, action, resource }],
        ),
      );
    });
  }
}

function namesRights({ effect, actions, resources }: Statement): boolean {
  return effect === 'Allow' && !actions.negated && !resources.negated;
}
