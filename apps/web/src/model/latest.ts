/**
 * Calls of which only the latest counts: a new one aborts the one before, and an answer that was overtaken changes nothing, however late it
 * comes. While a call is under way the value before it stays, so that a page does not go blank.
 */

/** Where the latest call is. */
export type Call<TValue> =
  | { readonly status: 'idle'; readonly value: undefined }
  | { readonly status: 'loading' | 'failed'; readonly value: TValue | undefined; readonly failure?: unknown }
  | { readonly status: 'ready'; readonly value: TValue };

/** Does the call; the signal says that nobody wants its answer any more. */
export type Work<TValue> = (signal: AbortSignal) => Promise<TValue>;

export class Latest<TValue> {
  readonly #onState: (call: Call<TValue>) => void;
  #value: TValue | undefined;
  #current: AbortController | undefined;

  /** `onState` is called at every change. */
  constructor(onState: (call: Call<TValue>) => void) {
    this.#onState = onState;
  }

  /** Begins a call; without work there is none, and no value either. */
  run(work?: Work<TValue>): void {
    this.#current?.abort();
    this.#current = undefined;
    if (work === undefined) this.#forget();
    else this.#begin(work);
  }

  /** Aborts the call under way and says nothing more of it. */
  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  #forget(): void {
    this.#value = undefined;
    this.#onState({ status: 'idle', value: undefined });
  }

  #begin(work: Work<TValue>): void {
    const mine = new AbortController();
    this.#current = mine;
    this.#onState({ status: 'loading', value: this.#value });
    work(mine.signal).then(
      (value) => {
        if (this.#current !== mine) return;
        this.#value = value;
        this.#onState({ status: 'ready', value });
      },
      (failure: unknown) => {
        if (this.#current === mine) this.#onState({ status: 'failed', value: this.#value, failure });
      },
    );
  }
}
