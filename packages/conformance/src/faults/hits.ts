/** Counts how often a rule hit, and lets a test wait for it. */
export class Hits {
  count = 0;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  add(): void {
    this.count += 1;
    for (const { count, resolve } of this.#waiting) if (this.count >= count) resolve();
  }

  /** Resolves when there are so many. */
  reached(count = 1): Promise<void> {
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}
