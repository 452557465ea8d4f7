/**
 * What IAM decided, as the local stage tells it at `/_stage/decisions`. Elsewhere there is no such document, and a host that answers every
 * path with the page is not taken for one.
 */

/** One decision. */
export interface Decision {
  readonly atMs: number;
  /** The caller's role, or the ARN or name of a caller without one. */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** The statement that decided, or what the caller was told. */
  readonly explanation: string;
}

export interface DecisionFilter {
  readonly deniedOnly: boolean;
  /** Absent: everybody. */
  readonly who: string | undefined;
}

/** Reads the document, newest decision first; undefined for anything else. */
export function readDecisions(value: unknown): readonly Decision[] | undefined {
  const list = recordOf(value)?.decisions;
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry) => {
    const decision = readDecision(recordOf(entry) ?? {});
    return decision === undefined ? [] : [decision];
  });
}

function readDecision({
  atMs,
  principal,
  role,
  action,
  resource,
  allowed,
  policy,
  sid,
  message,
}: Record<string, unknown>): Decision | undefined {
  if (typeof atMs !== 'number' || typeof action !== 'string' || typeof resource !== 'string' || typeof allowed !== 'boolean')
    return undefined;
  const by = [`${policy} policy`, ...(typeof sid === 'string' ? [`statement ${sid}`] : [])].join(', ');
  const explanation = typeof message === 'string' ? message : policy === 'operator' ? 'Operators may do everything.' : `By the ${by}.`;
  return { atMs, who: String(role ?? principal), action, resource, allowed, explanation };
}

/** Those that fit. */
export function filterDecisions(decisions: readonly Decision[], { deniedOnly, who }: DecisionFilter): readonly Decision[] {
  return decisions.filter((decision) => !(deniedOnly && decision.allowed) && (who === undefined || decision.who === who));
}

/** Everybody who asked, by name. */
export function callersOf(decisions: readonly Decision[]): readonly string[] {
  return [...new Set(decisions.map(({ who }) => who))].sort();
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
