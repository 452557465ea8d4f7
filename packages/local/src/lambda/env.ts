/**
 * The variables of the thread that a function runs in. A thread has a copy of its own, so nothing here reaches the stage or another
 * function.
 */

/** Sets one variable of this thread, or removes it. */
export function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
