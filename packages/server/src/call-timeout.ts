/** Left of a function's own time to answer after a call of another service that took too long. */
const MARGIN_MS = 1_000;

/** How long a function may wait for another service. */
export function callTimeoutMs({ timeoutSeconds }: { readonly timeoutSeconds: number }): number {
  return Math.max(MARGIN_MS, timeoutSeconds * 1_000 - MARGIN_MS);
}
