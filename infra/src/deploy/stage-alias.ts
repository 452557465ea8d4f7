/** Short names of stages on a command line. */

const ALIASES: Readonly<Record<string, string>> = { prod: 'production' };

/** The stage that a name means. */
export function stageNamed(name: string): string {
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}
