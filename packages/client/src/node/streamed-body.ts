/**
 * An answer that is handed over when its head has come: the batches of a stage that streams (PROTOCOL.md P2.17). Every other answer is whole,
 * which costs a fraction of the platform's streams.
 */

/** The body while it comes. */
export interface StreamedBody {
  readonly stream: ReadableStream<Uint8Array>;
  push(bytes: Uint8Array): void;
  /** It has come. */
  end(): void;
  /** The rest will not come. */
  fail(cause: unknown): void;
}

/** @param cancel called when the reader wants no more */
export function streamBody(cancel: () => void): StreamedBody {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const take = () => {
    const open = controller;
    controller = undefined;
    return open;
  };
  const stream = new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
    },
    cancel() {
      take();
      cancel();
    },
  });
  return {
    stream,
    push: (bytes) => controller?.enqueue(bytes),
    end: () => take()?.close(),
    fail: (cause) => take()?.error(cause),
  };
}
