/**
 * The switches that a stage is started with: faults of its WebSocket API that last as long as the stage. They are injected like any other,
 * which can be done and undone while it runs.
 */
import type { FaultBoard } from '../faults/board.js';
import type { StageFault } from '../faults/fault.js';
import type { Random } from './identifiers.js';

/** What to break, how often. A number `k` in `…OneIn` means one in `k` on average; 1 means always. */
export interface SocketFaults {
  /** Loses `$disconnect` events: AWS delivers them with best effort only. */
  readonly dropDisconnectOneIn?: number;
  /** Answers a post with 200 and never delivers it. */
  readonly losePostOneIn?: number;
  /** Delivers a post twice. */
  readonly duplicatePostOneIn?: number;
  /** Delivers each post after a random delay of up to this many milliseconds, so that posts overtake each other. */
  readonly maxPostDelayMs?: number;
  /** Starts each frame's invocation after a random delay of up to this many milliseconds, so that frames overtake each other. */
  readonly maxDispatchDelayMs?: number;
  /** Source of the draws, in [0, 1). @default the stage's own `random` */
  readonly random?: Random;
}

/** Injects the switches that a stage was started with. */
export function injectSocketFaults(board: FaultBoard, faults: SocketFaults): void {
  const { dropDisconnectOneIn, losePostOneIn, duplicatePostOneIn, maxPostDelayMs, maxDispatchDelayMs } = faults;
  const wanted: readonly (StageFault | false)[] = [
    !!dropDisconnectOneIn && { at: 'disconnect', effect: 'lose', oneIn: dropDisconnectOneIn },
    !!losePostOneIn && { at: 'post', effect: 'lose', oneIn: losePostOneIn },
    !!duplicatePostOneIn && { at: 'post', effect: 'duplicate', oneIn: duplicatePostOneIn },
    !!maxPostDelayMs && { at: 'post', effect: { maxDelayMs: maxPostDelayMs } },
    !!maxDispatchDelayMs && { at: 'frame', effect: { maxDelayMs: maxDispatchDelayMs } },
  ];
  for (const fault of wanted) if (fault) board.inject(fault);
}
