/** What a stage is started with, and what it offers. */
import type { InjectedFault, StageFault } from './faults/fault.js';
import type { SocketFaults } from './gateway/socket-faults.js';
import type { Decision } from './iam/decision-log.js';
import type { Denial } from './iam/denial.js';
import type { UnusedGrant } from './iam/grant-usage.js';
import type { WithheldRight } from './iam/withheld.js';
import type { StageIssuer } from './issuer/start-issuer.js';
import type { LogSink } from './lambda/pool.js';
import type { Clock, Credentials, Environment, Invoke, Report } from './parts.js';
import type { ServiceFaults } from './services/service-module.js';
import type { StandInOptions } from './stand-in/options.js';

export interface StageOptions {
  /** The folder that `cdk synth` wrote, usually `cdk.out`. */
  readonly assembly: string;
  /** Where tables, objects and checkpoints are kept. @default memory: everything is gone when the stage is closed */
  readonly dataDir?: string;
  /** Throws away what `dataDir` has from earlier runs, once everything else is known to be in order. @default false */
  readonly fresh?: boolean;
  /** Fixed ports; a missing one, or 0, takes a free port. */
  readonly ports?: { readonly rest?: number; readonly socket?: number; readonly aws?: number; readonly issuer?: number };
  /** @default the system's clock */
  readonly clock?: Clock;
  /** Gets the journal of the stage. @default nobody */
  readonly report?: Report;
  /** Gets every log line of every function. @default nobody */
  readonly logs?: LogSink;
  /** A built web folder to serve, with its `/runtime-config.json`. */
  readonly site?: StageSiteOptions;
  /** Over account and region of the assembly. @default account 000000000000 in us-east-1 for an assembly without environment */
  readonly environment?: Partial<Environment>;
  /** Values for template parameters, over their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Loads every function in the background while the stage starts. @default false: at its first call, which saves memory */
  readonly prewarm?: boolean;
  /**
   * After so long an environment that serves nothing ends, and the next call starts another one. `Infinity`: it stays, which saves a test that
   * lets hours pass most of its time. @default 300_000
   */
  readonly idleFunctionMs?: number;
  /** What to break in the WebSocket API from the start to the end, how often. @default nothing */
  readonly faults?: SocketFaults;
  /**
   * An AWS-compatible endpoint, such as AWS's own emulator, that keeps tables, objects, queues and topics instead of the stage. Functions talk
   * to the stage all the same, which checks signatures and policies and passes calls on.
   *
   * @default none
   */
  readonly standIn?: StandInOptions;
  /** Starts the services behind `awsUrl` alone: no gateways and no event source mappings, so that nothing calls a function. @default false */
  readonly onlyServices?: boolean;
  /** Makes single calls of queues, topics and tables fail, as a busy or broken service does. @default none */
  readonly serviceFaults?: ServiceFaults;
  /** Source of ids and faults in the gateways, in [0, 1); seed it to repeat a run. @default Math.random */
  readonly random?: () => number;
  /** Adds to the message of a denial what to change in the source: `add 'delete' to Documents.allow(…)`. @default nothing is added */
  readonly explainDenial?: (denial: Denial) => string | undefined;
}

export interface StageSiteOptions {
  readonly directory: string;
  /** @default a free port */
  readonly port?: number;
  /** Makes the content of `/runtime-config.json`. */
  readonly config: (urls: StageUrls) => unknown;
}

/** Where the parts of a stage listen, without a slash at the end. */
export interface StageUrls {
  /** `http://127.0.0.1:PORT/STAGE` of the first REST API. */
  readonly restUrl?: string;
  /** `ws://127.0.0.1:PORT/STAGE` of the first WebSocket API. */
  readonly socketUrl?: string;
  /** `http://127.0.0.1:PORT`, the `endpoint` for AWS SDK clients. */
  readonly awsUrl: string;
  readonly siteUrl?: string;
  /** `http://127.0.0.1:PORT` of the OpenID Connect issuer, when the templates name one. */
  readonly issuerUrl?: string;
}

/** A connection of the WebSocket APIs. */
export interface StageConnection {
  readonly connectionId: string;
  readonly connectedAtMs: number;
}

/** A running stage. */
export interface Stage extends StageUrls {
  readonly environment: Environment;
  /** Outputs of all stacks as `STACK.NAME`, and as `NAME` when only one stack has it. URLs are local. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Keys that may call everything on `awsUrl`. */
  readonly operator: Credentials;
  /** Who signs users in, when the templates name an issuer. */
  readonly issuer?: StageIssuer;
  /** Names of the functions. */
  readonly functions: readonly string[];
  /** Calls a function by name or ARN, as the operator. */
  readonly invoke: Invoke;
  /** Open WebSocket connections, oldest first. */
  connections(): readonly StageConnection[];
  /** Cuts the TCP connection of a client without a close frame, as a lost network does. */
  drop(connectionId: string): void;
  /** What IAM decided, the newest first; the last 1,000 are kept. @param limit @default 100 */
  decisions(limit?: number): readonly Decision[];
  /** Rights that no call has needed so far, of roles that functions have or may assume. */
  unusedGrants(): readonly UnusedGrant[];
  /**
   * Takes a right away from a role until the returned function is called: its next call is denied as if no statement allowed it.
   *
   * @throws Error for a role that is not in the assembly
   */
  withhold(right: WithheldRight): () => void;
  /** Breaks something until the fault is ended. Faults hit in the order they were injected; several may hit one occasion. */
  inject(fault: StageFault): InjectedFault;
  /**
   * Ends every listener, worker and timer. Connections are closed with 1001 and get their `$disconnect`, requests under way their answer,
   * for a second at most; what is cut off then is not reported. Data in `dataDir` can be opened again afterwards. A second call changes
   * nothing.
   */
  close(): Promise<void>;
}
