/**
 * Sending to connections from outside their own frames: API Gateway's `@connections`. Every result is a hint only: `sent` does not mean
 * received, and `gone` has been reported for frames that did arrive (aws-sdk-js issue 3773).
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */

export interface ConnectionSender {
  /**
   * Sends a text frame; a text that many get is encoded once when it is the same string. `gone`: the connection is closed, or not open yet.
   *
   * @throws SendError, whose `kind` says whether to wait, to give the frame up, or to look for the fault here.
   */
  post(connectionId: string, text: string): Promise<'sent' | 'gone'>;
  /**
   * Closes the connection; closing one that is gone succeeds. The client sees no reason and reconnects.
   *
   * @throws SendError
   */
  close(connectionId: string): Promise<void>;
}

/**
 * Why a frame was not taken.
 * - `slow`: 429, the account's requests are used up or the client's buffer is full. Both pass: send less, or later.
 * - `too-large`: 413, or more than a connection carries. The same frame fails again.
 * - `refused`: 400, 403 and the like: the endpoint, the rights or the connection id are wrong.
 * - `timeout`: no answer in time. The frame may arrive all the same.
 * - `unreachable`: nothing was sent: no connection to the endpoint, no credentials, or the sender is destroyed.
 * - `failed`: 5xx, or the answer broke off. The frame may arrive all the same.
 */
export type SendFailureKind = 'slow' | 'too-large' | 'refused' | 'timeout' | 'unreachable' | 'failed';

/** A frame that was not taken. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly kind: SendFailureKind;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(kind: SendFailureKind, message: string, more: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(`[SEND] ${message}`, more.cause === undefined ? {} : { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
  }
}

/** The kind of any failure of a sender: one that says nothing of itself has `failed`. */
export function sendFailureKind(cause: unknown): SendFailureKind {
  return cause instanceof SendError ? cause.kind : 'failed';
}

/** The kind of an HTTP status that is neither success nor 410. */
export function failureKindOf(status: number): SendFailureKind {
  if (status === 429) return 'slow';
  if (status === 413) return 'too-large';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}
