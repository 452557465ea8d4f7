/**
 * A stage of a test's own, in memory: for tests that break something, move time, or need another shape than the one that all others share.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { services, workers } from '@org/api/services';
import { createGatewayClient, type GatewayClient } from '@org/gateway-client';
import type { AppContract } from '@org/gateway-contract';
import { type Decision, type ReportEntry, type Stage, type StageOptions, startStage, systemClock } from '@org/gateway-local';
import { explainDenials } from '@org/gateway-server/service';
import { inject } from 'vitest';
import { type Operator, operatorOf } from './queues.js';
import { createShiftedClock } from './shifted-clock.js';
import { signedInAt } from './sign-in.js';
import { noteUnused } from './unused-grants.js';

/** The workspace. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Assemblies that `npm run build` writes. */
export const ASSEMBLIES = { local: join(ROOT, 'infra', 'cdk.out'), everything: join(ROOT, 'infra', 'cdk.out-everything') } as const;

/** What every AWS client takes. */
export interface OperatorSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Stage['operator'];
  readonly systemClockOffset: number;
}

/** A running stage with what tests need of it. */
export interface OwnStage {
  readonly stage: Stage;
  /** Our client at it, signed in as ada; only for shapes that have the API it is used over. */
  readonly gateway: GatewayClient<AppContract>;
  /** What the stage said so far. */
  readonly journal: readonly ReportEntry[];
  /** What functions wrote so far, a line each. */
  readonly logs: readonly string[];
  /** Lets go of the journal and the logs so far. */
  forget(): void;
  /** Looks into its queues, and publishes by hand. */
  readonly operator: Operator;
  /** Settings of an AWS client that may do everything, and signs at the stage's time of now. */
  operatorSettings(): OperatorSettings;
  /** The stage's time, in epoch milliseconds. */
  now(): number;
  /** Moves the stage's time forward. */
  skip(byMs: number): void;
  /** Takes a right away from the service or worker of a name until the returned function is called. */
  withhold(owner: string, action: string, resource?: string): () => void;
  /** The newest denial of an action, undefined without one. @param resource a part of the ARN */
  denial(action: string, resource?: string): Decision | undefined;
  close(): Promise<void>;
}

/** Says which word of `uses` a denied call lacks. */
export const explainDenial = explainDenials([...services, ...workers]);

/** Starts a stage. */
export async function startOwnStage(options: Partial<StageOptions> = {}): Promise<OwnStage> {
  const clock = createShiftedClock();
  const journal: ReportEntry[] = [];
  const logs: string[] = [];
  const { assembly = ASSEMBLIES.local } = options;
  const stage = await startStage({
    clock,
    // Time that a test lets pass would end them, and what comes next would wait for a start of each.
    idleFunctionMs: Number.POSITIVE_INFINITY,
    explainDenial,
    report: (entry) => void journal.push(entry),
    logs: ({ line }) => void logs.push(line),
    ...options,
    assembly,
  });
  // Without HTTP a client signs in on its socket.
  const { restUrl = stage.socketUrl ?? 'http://no-api.invalid', socketUrl } = stage;
  const gateway = createGatewayClient({
    url: restUrl,
    ...(socketUrl === undefined ? {} : { socketUrl }),
    ...(stage.issuer === undefined ? {} : signedInAt(stage)),
    maxRetryDelayMs: 200,
  });
  const operatorSettings = () => ({
    endpoint: stage.awsUrl,
    region: stage.environment.region,
    credentials: stage.operator,
    systemClockOffset: clock.now() - systemClock.now(),
  });
  return {
    stage,
    gateway,
    journal,
    logs,
    forget() {
      journal.length = 0;
      logs.length = 0;
    },
    operator: operatorOf({ stage, operatorSettings, now: clock.now }),
    operatorSettings,
    now: clock.now,
    skip: clock.skip,
    withhold: (owner, action, resource = '*') => stage.withhold({ role: functionOf(stage, owner), action, resource }),
    denial: (action, resource = '') =>
      stage.decisions(1_000).find((each) => !each.allowed && each.action === action && each.resource.includes(resource)),
    close: async () => {
      gateway.$close();
      if (assembly !== ASSEMBLIES.everything && stage.restUrl && stage.socketUrl)
        await noteUnused(inject('usageFolder'), stage.unusedGrants());
      await stage.close();
    },
  };
}

/** Name of the function of a service, a worker, or the gateway itself. */
function functionOf({ functions }: Stage, owner: string): string {
  const name = functions.find((each) => new RegExp(`-${owner}(Service|Worker)?Function`, 'i').test(each));
  if (name === undefined) throw new Error(`no function of "${owner}" on the stage; there are ${functions.join(', ')}`);
  return name;
}
