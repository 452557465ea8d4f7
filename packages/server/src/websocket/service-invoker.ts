/**
 * Passing a frame on to the function of its service, for clients that do not name it (stock tRPC's frames and arrays).
 */

import type { SocketEvent, SocketResult } from './socket-event.js';

export interface ServiceInvoker {
  has(service: string): boolean;
  /** The function's answer. Rejects when the function could not be run, failed, or answered something else. */
  invoke(service: string, event: SocketEvent): Promise<SocketResult>;
}
