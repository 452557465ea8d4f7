/**
 * Sending to connections from outside their own frames: API Gateway's `@connections`. Every result is a hint only: `sent` does not mean
 * received, and `gone` has been reported for frames that did arrive (aws-sdk-js issue 3773).
 */

export interface ConnectionSender {
  /** Sends a text frame. `gone`: the connection is closed, or not open yet. Rejects when throttled, too slow, or refused. */
  post(connectionId: string, text: string): Promise<'sent' | 'gone'>;
  /** Closes the connection; closing one that is gone succeeds. The client sees no reason and reconnects. */
  close(connectionId: string): Promise<void>;
}
