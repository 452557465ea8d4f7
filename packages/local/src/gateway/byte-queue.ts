/** Bytes that are on their way from a function to a client: all that was put in comes out, before the end or the error. */

/** One writer, one reader; it holds what the reader has not taken. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #waiting: Uint8Array[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => undefined;

  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#wake();
  }

  /** No more bytes come. @param error thrown at the reader once it has taken what is there */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#end !== undefined) break;
      else
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
    }
    if (this.#end?.error !== undefined) throw this.#end.error;
  }
}
