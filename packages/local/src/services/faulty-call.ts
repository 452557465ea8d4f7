/**
 * A call of the AWS endpoint with the faults that hit it, before it is done or after. What dies after the write and before its answer is what
 * a retry meets: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
import type { Socket } from 'node:net';
import type { FaultBoard } from '../faults/board.js';
import type { Clock, Principal } from '../parts.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import type { EndpointFailure } from './endpoint-failure.js';

/** What faults of calls work with. */
export interface CallFaults {
  readonly board: FaultBoard;
  readonly clock: Clock;
  /** Ends the busy environments of the function that calls as this principal. */
  readonly kill: (caller: Principal) => void;
}

/** A verified call. */
export interface CallToAnswer {
  readonly service: string;
  readonly call: WireRequest;
  /** Errors in the protocol of the call. */
  readonly fail: EndpointFailure;
  /** The caller's connection. */
  readonly socket: Socket;
  readonly run: () => Promise<WireResponse>;
}

/** Answers a call. `cut`: the caller's connection is to be reset. Rejects as `run` does. */
export async function callWithFaults(faults: CallFaults, call: CallToAnswer): Promise<WireResponse | 'cut'> {
  const before = await spoil(faults, call, 'before');
  if (before !== undefined) return before;
  const answer = await call.run();
  return (await spoil(faults, call, 'after')) ?? answer;
}

async function spoil(
  { board, clock, kill }: CallFaults,
  { service, call, fail, socket }: CallToAnswer,
  when: 'before' | 'after',
): Promise<WireResponse | 'cut' | undefined> {
  if (!board.has('call')) return undefined;
  const text = call.body.toString();
  const occasion = { operation: `${service}:${operationOf(call, text)}`, caller: call.principal.arn, text, when };
  const effects = board.draw('call', occasion).map(({ effect }) => effect);
  const delayMs = effects.reduce((sum, effect) => sum + board.delayMs(effect), 0);
  if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
  const { throttled, failed } = NAMES[service] ?? OTHER_NAMES;
  if (effects.includes('kill')) kill(call.principal);
  if (effects.includes('kill') || effects.includes('cut')) return 'cut';
  if (effects.includes('hang')) return hang(socket);
  if (effects.includes('throttle')) return fail.error(throttled, 'Rate exceeded', 400);
  if (effects.includes('fail')) return fail.error(failed, 'Internal server error', 500);
  return undefined;
}

/** What SDKs know, and repeat. */
const NAMES: Readonly<Record<string, { readonly throttled: string; readonly failed: string }>> = {
  dynamodb: { throttled: 'ThrottlingException', failed: 'InternalServerError' },
  sqs: { throttled: 'RequestThrottled', failed: 'InternalFailure' },
  sns: { throttled: 'Throttled', failed: 'InternalFailure' },
};
const OTHER_NAMES = { throttled: 'ThrottlingException', failed: 'InternalFailure' };

/** Of the JSON and Query protocols; the method for others. */
function operationOf({ headers, method }: WireRequest, text: string): string {
  const target = String(headers['x-amz-target'] ?? '');
  if (target !== '') return target.slice(target.lastIndexOf('.') + 1);
  return new URLSearchParams(text).get('Action') ?? method;
}

function hang(socket: Socket): Promise<'cut'> {
  return new Promise((resolve) => (socket.destroyed ? resolve('cut') : socket.once('close', () => resolve('cut'))));
}
