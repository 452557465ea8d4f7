/** A scope of npm packages: what one may be called, and how a text that speaks of packages of one scope speaks of another. Pure. */

/** npm's rule for the part before the slash: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name */
const SCOPE = /^@[a-z0-9~-][a-z0-9._~-]*$/;

/** What is wrong with a scope, undefined when it can be used. @param taken scopes of packages that are not ours */
export function scopeProblem(scope: string | undefined, taken: ReadonlySet<string>): string | undefined {
  const example = 'npm run rescope -- @acme';
  if (scope === undefined) return `no scope: expected one, as in "${example}"`;
  if (!SCOPE.test(scope) || scope.length > 100) {
    return `"${scope}" is no scope: expected "@" and small letters, digits, "-", "_" or ".", as in "${example}"`;
  }
  if (taken.has(scope)) return `"${scope}" is the scope of packages that this repository installs: choose one that is yours`;
  return undefined;
}

/** Packages of ours, and where they move. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** Names of our packages, without their scope; `@org/x` of another name is somebody else's, or only a text. */
  readonly names: readonly string[];
}

/**
 * The text after the move: names of our packages, also in regular expressions (`@org\/name`), and the scope where it stands alone
 * (`node_modules/@org`, `@org/*`).
 */
export function rescopeText(text: string, { from, to, names }: Move): string {
  const longestFirst = [...names].sort((a, b) => b.length - a.length).map(literally);
  const ours = `\\\\?/(?:${longestFirst.join('|')})(?![\\w-])`;
  const alone = '/\\*|(?![\\w./\\\\@-])|\\.(?!\\w)';
  return text.replaceAll(new RegExp(`(?<![\\w@.-])${literally(from)}(?=${ours}|${alone})`, 'g'), () => to);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
