/**
 * A place for one timer. Apart from the clock, whose file is in what every page begins with.
 */

import type { Clock } from './clock.js';

/** Setting it cancels what was set before, and without arguments that is all it does. */
export type Alarm = (delayMs?: number, run?: () => unknown) => void;

/** An alarm that is not set. */
export function alarmOf(clock: Clock): Alarm {
  let cancel: (() => void) | undefined;
  return (delayMs, run) => {
    cancel?.();
    cancel = run && clock.after(delayMs as number, run);
  };
}
