/** What mappings on streams and on queues have in common: how they are ended, how long they wait, what they say in the journal. */
import type { Report } from '../parts.js';

/** A running mapping. */
export interface RunningMapping {
  /** Stops reading and waits for the batches that are under way. */
  close(): Promise<void>;
}

/** The wait after a first failure; it doubles up to the longest. AWS does not say how long it waits. */
export const firstDelayMs = 1000;
export const longestDelayMs = 60_000;

/** Writes to the journal what happens to the mapping of a function. */
export type MappingReport = (level: 'warn' | 'error', message: string, detail?: Readonly<Record<string, unknown>>) => void;

export function mappingReport(report: Report, functionName: string): MappingReport {
  return (level, message, detail = {}) =>
    report({ level, part: 'lambda', message: `event source of ${functionName} ${message}`, detail: { functionName, ...detail } });
}

/** Of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
