/** What every part of a starting stage is made from. */
import type { StageCredentials } from './credentials.js';
import type { FaultBoard } from './faults/board.js';
import type { PlacedApi } from './gateway-apis.js';
import type { PlacedIssuer } from './issuer/place-issuer.js';
import type { Clock, Environment, Report, ResolvedStack } from './parts.js';
import type { StageOptions } from './stage-options.js';
import type { StandIn } from './stand-in/open.js';

/** Takes what ends a part; the last one given is called first. */
export type OnClose = (closer: () => Promise<void>) => void;

/** What is known before anything runs. */
export interface Ground {
  readonly options: StageOptions;
  readonly clock: Clock;
  readonly report: Report;
  readonly environment: Environment;
  /** With AWS's own URLs. */
  readonly resolved: readonly ResolvedStack[];
  readonly apis: readonly PlacedApi[];
  readonly awsPort: number;
  readonly sitePort: number | undefined;
  readonly issuer: PlacedIssuer | undefined;
  readonly credentials: StageCredentials;
  /** Keeps tables, objects, queues and topics instead of the stage. */
  readonly standIn: StandIn | undefined;
  readonly faults: FaultBoard;
  readonly onClose: OnClose;
}
