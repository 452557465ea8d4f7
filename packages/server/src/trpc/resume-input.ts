/**
 * tRPC's socket adapter puts a subscription's `lastEventId` into its input (`@trpc/server` adapters/ws.ts, 11.25), where a contract's
 * schema does not expect it. This takes it out again; `lastEventId` is therefore no name for a field of a subscription's input.
 */

/** A subscription's input as its caller sent it. */
export interface ResumeInput {
  readonly input: unknown;
  readonly lastEventId: string | undefined;
}

/** Splits what the adapter put together. Input that was nothing but the event id was no input. */
export function splitResumeInput(merged: unknown): ResumeInput {
  if (typeof merged !== 'object' || merged === null || Array.isArray(merged)) return { input: merged, lastEventId: undefined };
  const { lastEventId, ...input } = merged as Readonly<Record<string, unknown>>;
  if (typeof lastEventId !== 'string') return { input: merged, lastEventId: undefined };
  return { input: Object.keys(input).length === 0 ? undefined : input, lastEventId };
}
