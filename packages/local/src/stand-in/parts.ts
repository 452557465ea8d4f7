/** What the forwarded services are made with. */
import type { Authorize } from '../iam/authorize.js';
import type { Clock, CredentialStore, Environment, Report } from '../parts.js';
import type { ServiceFaults } from '../services/service-module.js';
import type { StandIn } from './open.js';

export interface StandInParts {
  readonly standIn: StandIn;
  /** The stage's own account and region. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly report: Report;
  readonly authorize: Authorize;
  /** Asked before every operation on tables that is allowed. @default nothing fails */
  readonly faults?: ServiceFaults;
  /** Keys of the stage. */
  readonly credentials: CredentialStore;
}

/** How often a queue or stream is asked for news while nothing is in it. */
export const pollMs = 250;

/** Calls `wake` every now and then, by the clock of the stage; the returned function ends it. */
export function pollBy(clock: Clock, wake: () => void): () => void {
  let cancel = clock.after(pollMs, again);
  function again(): void {
    cancel = clock.after(pollMs, again);
    wake();
  }
  return () => cancel();
}
