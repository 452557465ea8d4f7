/**
 * `ServiceClient` in memory: the calls of another running service. Calls that nobody waits for are only noted.
 */

import type { RunningService } from './run-service.fixture.js';

export interface SentCall {
  readonly procedure: string;
  readonly input: unknown;
}

/** The client of these procedures; `sent` gets the calls that nobody waits for. */
export function serviceClient(service: Pick<RunningService, 'call'>, procedures: readonly string[], sent: SentCall[] = []): object {
  return Object.fromEntries(
    procedures.map((procedure) => {
      const call = (input: unknown) => service.call(procedure, input);
      const send = async (input: unknown) => void sent.push({ procedure, input });
      return [procedure, Object.assign(call, { send })];
    }),
  );
}
