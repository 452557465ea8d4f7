/**
 * What a test or the console may break on a running stage: where, when, and how. AWS may show all of it and a laptop never would. What is
 * not said of an occasion fits every one. What each effect stands for on AWS is in the README.
 */
import type { StreamRecord } from '../parts.js';

/** Which of the fitting occasions are hit. @default all */
export interface Share {
  /** One in so many on average, drawn from the stage's seeded source. */
  readonly oneIn?: number;
  /** Lets so many pass first. */
  readonly after?: number;
  /** Ends by itself after so many hits. */
  readonly times?: number;
  /** Hits only what exceeds so many a second by the stage's clock, after a burst of as many. */
  readonly perSecond?: number;
}

/** By the stage's clock: for a fixed time, or for a random one below a limit, so that occasions overtake each other. */
export type Delay = { readonly delayMs: number } | { readonly maxDelayMs: number };

/** A part of a text, or a question about it. */
export type TextMatch = string | ((text: string) => boolean);

/** A POST to `@connections` for a connection that is open. */
export interface PostFault extends Share {
  readonly at: 'post';
  readonly connectionId?: string;
  /** The message. */
  readonly text?: TextMatch;
  /**
   * `lose`: 200, never delivered. `duplicate`: delivered twice. `lose-answer`: delivered, the caller's connection is reset. `gone`: 410.
   * `throttle` and `full`: 429 of a rate, or of a client that does not read. `fail`: 500. `hang`: no answer until the caller gives up.
   * A delay is answered with 200 at once.
   */
  readonly effect: 'lose' | 'duplicate' | 'lose-answer' | 'gone' | 'throttle' | 'full' | 'fail' | 'hang' | Delay;
}

/** A frame of a client. */
export interface FrameFault extends Share {
  readonly at: 'frame';
  readonly connectionId?: string;
  readonly text?: TextMatch;
  /** `fail`: the gateway answers with its own error frame, and no function runs. A delay is that of the dispatch. */
  readonly effect: 'lose' | 'fail' | Delay;
}

/** A handshake. */
export interface ConnectFault extends Share {
  readonly at: 'connect';
  /** A status is answered before `$connect`. `cut`: `$connect` ran, the client gets no answer. A delay is before `$connect`. */
  readonly effect: { readonly statusCode: number } | 'cut' | Delay;
}

/** A `$disconnect`: AWS tells it with best effort only. */
export interface DisconnectFault extends Share {
  readonly at: 'disconnect';
  readonly connectionId?: string;
  readonly effect: 'lose' | Delay;
}

/** A call of a function, whoever makes it. */
export interface InvokeFault extends Share {
  readonly at: 'invoke';
  /** A part of its name. */
  readonly functionName?: string;
  /** The event, as JSON. */
  readonly text?: TextMatch;
  /** `fail`, `time-out` and `throttle`: no code runs. `lose-answer`: all of it ran, then its environment died. */
  readonly effect: 'fail' | 'time-out' | 'throttle' | 'lose-answer' | Delay;
}

/** A signed call of the AWS endpoint, but of S3. */
export interface CallFault extends Share {
  readonly at: 'call';
  /** `dynamodb:PutItem`, as in its API. */
  readonly operation?: string;
  /** A part of the ARN of the caller, which ends with the name of its function. */
  readonly caller?: string;
  /** The body. */
  readonly text?: TextMatch;
  /** `after`: it was done already. @default 'before' */
  readonly when?: 'before' | 'after';
  /** `cut`: the caller's connection is reset, and an SDK repeats the call. `kill`: so do all environments of its function that are busy. */
  readonly effect: 'throttle' | 'fail' | 'hang' | 'cut' | 'kill' | Delay;
}

/** A batch of a stream, on its way to the function of a mapping. */
export interface BatchFault extends Share {
  readonly at: 'batch';
  /** A part of its name. */
  readonly functionName?: string;
  /** Fits batches with such a record. */
  readonly record?: (record: StreamRecord) => boolean;
  /**
   * `duplicate`: delivered twice. `shuffle`: records of different keys in another order. `half`: the function gets the first half, then counts
   * as crashed. `poison`: it crashes before it did anything. `report`: it does its work, then the fitting records count as reported failed.
   */
  readonly effect: 'duplicate' | 'shuffle' | 'half' | 'poison' | 'report' | Delay;
}

/** A read of a table that is not asked to be consistent. */
export interface ReadFault extends Share {
  readonly at: 'read';
  /** A part of the table's name. */
  readonly table?: string;
  /** Shows items as they were so long ago. */
  readonly effect: { readonly staleMs: number };
}

/** What to break. */
export type StageFault = PostFault | FrameFault | ConnectFault | DisconnectFault | InvokeFault | CallFault | BatchFault | ReadFault;

/** A fault of one place. */
export type FaultAt<TPlace extends StageFault['at']> = Extract<StageFault, { at: TPlace }>;

/** What happens at a place: what a fault may ask about. */
export interface Occasions {
  readonly post: { readonly connectionId: string; readonly text: string };
  readonly frame: { readonly connectionId: string; readonly text: string };
  readonly connect: Readonly<Record<never, never>>;
  readonly disconnect: { readonly connectionId: string };
  readonly invoke: { readonly functionName: string; readonly text: string };
  readonly call: { readonly operation: string; readonly caller: string; readonly text: string; readonly when: 'before' | 'after' };
  readonly batch: { readonly functionName: string; readonly records: readonly StreamRecord[] };
  readonly read: { readonly table: string };
}

/** A fault that was injected. */
export interface InjectedFault {
  /** How often it hit so far. */
  readonly hits: number;
  /** Resolves when it has hit so often. @param count @default 1 */
  reached(count?: number): Promise<void>;
  /** Ends it. A second time changes nothing. */
  end(): void;
}
