/**
 * Messages that are too large for the socket lie in a bucket for a while, and are referred to. PROTOCOL.md P3.27. A key is a secret of its own: who
 * has it may have the message read, nobody can list or guess it.
 */

import type { ReferenceFrame, UploadedFrame, UploadFrame, UploadPlace } from '@org/gateway-core/protocol';

export interface PayloadStore {
  /** Where a client may put exactly these bytes, for 15 minutes. @throws GatewayError PAYLOAD_TOO_LARGE */
  place(message: UploadFrame['params']): Promise<UploadPlace>;
  /**
   * The text under a key that `place` gave.
   *
   * @throws GatewayError NOT_FOUND when nothing was put there; BAD_REQUEST for another length or hash, or bytes that are no UTF-8
   */
  read(reference: UploadedFrame['params']): Promise<string>;
  /** Keeps a text for that long at least. */
  keep(text: string, keptSeconds: number): Promise<KeptPayload>;
  /** What a client is told of a kept text; the URL is good for 15 minutes. */
  link(kept: KeptPayload): Promise<ReferenceFrame['params']>;
}

/** A kept text, as it may be stored. */
export type KeptPayload = UploadedFrame['params'];

/** How long a URL is good, in seconds. */
export const URL_KEPT_SECONDS = 900;

/** Lambda's own limit of an answer and a request, which no handler's data passes anyway. */
export const MAX_PAYLOAD_BYTES = 6 * 1_024 * 1_024;
