/**
 * The caller an API Gateway authorizer vouches for: Cognito and JWT authorizers give `claims`, Lambda authorizers `principalId` and flat
 * context values. Without an authorizer the caller is anonymous; nothing in a header is believed.
 */

import type { User } from '../execute/context.js';

/** The user behind an authorizer context, null when there is none. */
export function userOf(authorizer: unknown): User | null {
  if (typeof authorizer !== 'object' || authorizer === null) return null;
  const { claims, principalId } = authorizer as { readonly claims?: unknown; readonly principalId?: unknown };
  const texts = textsOf(typeof claims === 'object' && claims !== null ? claims : authorizer);
  const id = texts.sub ?? (typeof principalId === 'string' ? principalId : undefined);
  return id ? { id, claims: texts } : null;
}

function textsOf(values: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])));
}
