/** What the doctor has to say: one line per matter, and whether it stands in the way of a deployment. */

export interface Finding {
  /** `error` stands in the way, `warning` does not, `skipped` was not looked at. */
  readonly severity: 'error' | 'warning' | 'skipped';
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** What was got, what was expected, what to do. */
  readonly message: string;
}

/** Whether nothing stands in the way. */
export function deployable(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

/** Findings as lines, those in the way first. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  const order = { error: 0, warning: 1, skipped: 2 } as const;
  const sorted = [...findings].sort((one, other) => order[one.severity] - order[other.severity]);
  return sorted.map(({ severity, check, message }) => `${severity.padEnd(8)} ${check}: ${message}`);
}
