/** A call of a function with the faults that hit it: late, refused, or done without anybody learning of it. */
import type { FaultBoard } from '../faults/board.js';
import type { Clock } from '../parts.js';
import type { FunctionDefinition } from './definition.js';
import { exited, timedOut } from './failure.js';
import type { PoolResult } from './pool.js';

/** A call that is about to be made. */
export interface CallToMake {
  readonly definition: Pick<FunctionDefinition, 'name' | 'timeoutMs'>;
  readonly payload: string;
  readonly requestId: string;
  readonly clock: Clock;
  /** `isHeard`: the answer arrives, streamed bytes too. */
  readonly run: (isHeard: boolean) => Promise<PoolResult>;
}

/** Never rejects. */
export async function invokeWithFaults(faults: FaultBoard, call: CallToMake): Promise<PoolResult> {
  const { definition, payload, requestId, clock, run } = call;
  const effects = faults.draw('invoke', { functionName: definition.name, text: payload }).map(({ effect }) => effect);
  const delayMs = effects.reduce((sum, effect) => sum + faults.delayMs(effect), 0);
  if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
  const died: PoolResult = { kind: 'failed', failure: exited(requestId, { exitCode: 1 }) };
  if (effects.includes('throttle')) return { kind: 'throttled' };
  if (effects.includes('fail')) return died;
  if (effects.includes('time-out')) return { kind: 'failed', failure: timedOut(requestId, definition.timeoutMs) };
  const isLost = effects.includes('lose-answer');
  const result = await run(!isLost);
  return isLost ? died : result;
}
