/** Something that is opened when it is first needed, and only once. */
export interface Lazy<TValue> {
  get(): Promise<TValue>;
  /** What was opened; `undefined` when nobody needed it. */
  readonly opened: Promise<TValue> | undefined;
}

export function lazy<TValue>(open: () => Promise<TValue>): Lazy<TValue> {
  let opened: Promise<TValue> | undefined;
  return {
    get() {
      opened ??= open();
      return opened;
    },
    get opened() {
      return opened;
    },
  };
}
