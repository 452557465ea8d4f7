/**
 * A service of the stage beside DynamoDB and S3: what it needs, and when it is started. A module stands in `service-modules.ts`; nothing
 * else knows it. It is loaded only for an assembly that has a resource of its types.
 */
import type { Authorize } from '../iam/authorize.js';
import type { Clock, Environment, Invoke, Report, ResolvedStack } from '../parts.js';
import type { OpenHandler, WireHandler } from '../wire/wire-handler.js';
import type { Neighbours } from './neighbours.js';

/** What a service is started with. */
export interface ServiceParts {
  /** With local URLs. Resources that exist outside of the assembly are among them: see `imports.ts`. */
  readonly stacks: readonly ResolvedStack[];
  readonly environment: Environment;
  /** `http://127.0.0.1:PORT` of the AWS endpoint. */
  readonly awsUrl: string;
  readonly clock: Clock;
  readonly report: Report;
  /** To be asked before every operation. */
  readonly authorize: Authorize;
  /**
   * Tells IAM of a policy that a call gave a resource; `undefined` takes it away.
   *
   * @default the template's policies stay
   * @throws MalformedPolicy
   */
  readonly replacePolicy?: (resourceArn: string, document: unknown) => void;
  readonly invoke: Invoke;
  /** Queues and topics of the stage; a service that has them puts them in when it starts. @default none */
  readonly neighbours?: Neighbours;
  /** Asked before every operation that is allowed. @default nothing fails */
  readonly faults?: ServiceFaults;
  /** Where the service may keep data, in a folder of its own; absent: in memory. */
  readonly dataDir?: string;
}

/** A call that a fault may hit. */
export interface FaultyCall {
  /** `sqs`, `sns`, `dynamodb` */
  readonly service: string;
  /** `sqs:SendMessage` */
  readonly action: string;
  /** ARN of queue, topic, table or index. */
  readonly resource: string;
}

/** A switch for tests: makes a queue, a topic or a table refuse calls as a busy or broken one of AWS does. */
export type ServiceFaults = (call: FaultyCall) => 'throttle' | 'fail' | undefined;

/** A started service. */
export interface RunningService {
  readonly handle: WireHandler;
  /** Paths of the AWS endpoint that it answers by itself, also for callers without a signature: `/appsync/`. */
  readonly open?: { readonly pathPrefix: string; readonly handle: OpenHandler };
  /** Ends timers, processes and open files. */
  close(): Promise<void>;
}

/** How a service is found and started. */
export interface ServiceModule {
  /** Names in the scope of signatures that reach it: `sqs`. */
  readonly signingNames: readonly string[];
  /** CloudFormation types that it serves. */
  readonly types: readonly string[];
  /** Starts at its first call, having nothing to do before. @default false: with the stage */
  readonly whenCalled?: true;
  start(parts: ServiceParts): Promise<RunningService>;
}

/** Whether an assembly has something for a service to serve. */
export function isWanted({ types }: ServiceModule, stacks: readonly ResolvedStack[]): boolean {
  return stacks.some(({ resources }) => resources.some(({ type }) => types.includes(type)));
}
