/**
 * Rights that are taken away while the stage runs: a test withholds one and sees which call fails, and how. To policies it is as if no
 * identity statement of the role allowed it.
 */
import { compileGlob, type Glob, matchesGlob } from './glob.js';
import type { Role } from './read-roles.js';

export interface WithheldRight {
  /** Logical id or name of a role, or name or logical id of a function that has it. */
  readonly role: string;
  /** As in a policy: `dynamodb:DeleteItem`, `s3:*`. */
  readonly action: string;
  /** As in a policy, with wildcards. @default every resource */
  readonly resource?: string;
}

/** A role, and the functions that have it. */
export interface RoleUse {
  readonly role: Role;
  readonly functions: readonly { readonly name: string; readonly logicalId: string }[];
}

interface Entry {
  readonly roles: ReadonlySet<Role>;
  readonly action: Glob;
  readonly resource: Glob;
}

export class Withheld {
  readonly #uses: readonly RoleUse[];
  readonly #entries = new Set<Entry>();

  constructor(uses: readonly RoleUse[]) {
    this.#uses = uses;
  }

  /**
   * Takes a right away; the returned function gives it back.
   *
   * @throws Error for a role that is not in the assembly
   */
  add({ role, action, resource = '*' }: WithheldRight): () => void {
    const roles = new Set(this.#uses.filter((use) => isNamed(use, role)).map((use) => use.role));
    if (roles.size === 0) {
      const known = this.#uses.map((use) => use.role.logicalId).join(', ') || 'none';
      throw new Error(`no role "${role}" to withhold ${action} from; expected a role, by name or logical id (${known}), or a function`);
    }
    const entry = { roles, action: compileGlob(action.toLowerCase()), resource: compileGlob(resource) };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  includes(role: Role, action: string, resource: string): boolean {
    for (const entry of this.#entries) {
      if (entry.roles.has(role) && matchesGlob(entry.action, action.toLowerCase()) && matchesGlob(entry.resource, resource)) return true;
    }
    return false;
  }
}

function isNamed({ role, functions }: RoleUse, name: string): boolean {
  return role.logicalId === name || role.name === name || functions.some((each) => each.name === name || each.logicalId === name);
}
