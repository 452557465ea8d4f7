/**
 * Lets the code in a sandbox see the stage's time: with a manual clock, `Date` is moved by the difference to the system's. Without it a
 * function would sign its AWS calls at a time that the stage finds two hours off, and its leases would never end.
 *
 * Timers inside a function run in real time. With the system's clock nothing is changed.
 */

/** Differences below this are the age of a message, not another time. */
const smallestShiftMs = 1000;

let shiftMs = 0;
let installed = false;

/** Sets the time of this thread. @param nowMs epoch milliseconds of the stage's clock */
export function setTime(nowMs: number): void {
  const RealDate = installed ? (Date as unknown as { real: DateConstructor }).real : Date;
  const differenceMs = nowMs - RealDate.now();
  shiftMs = Math.abs(differenceMs) < smallestShiftMs ? 0 : differenceMs;
  if (shiftMs !== 0 && !installed) install(RealDate);
}

function install(RealDate: DateConstructor): void {
  installed = true;
  const now = (): number => RealDate.now() + shiftMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parts, newTarget) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : key === 'real' ? RealDate : Reflect.get(target, key, receiver)),
  });
}
