/**
 * An AbortController without an EventTarget: a real one costs as much as all the rest of the client's work for a call. Only this transport
 * takes its signals.
 */

type Listener = () => void;

/** A signal with one listener. */
export class QuickSignal implements Pick<AbortSignal, 'aborted' | 'reason' | 'removeEventListener' | 'throwIfAborted'> {
  aborted = false;
  reason: unknown;
  #listener: Listener | undefined;

  addEventListener(_: 'abort', listener: Listener): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** For its controller. */
  trigger(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.();
  }
}

/** Aborts what has its signal. */
export class QuickAbortController {
  readonly signal = new QuickSignal() as AbortSignal & QuickSignal;

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.signal.trigger(reason);
  }
}
