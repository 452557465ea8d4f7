/**
 * The input of a request over the socket, as JSON of a size that fits into one frame. PROTOCOL.md P3.1.
 */

import { MAX_FRAME_BYTES } from '@org/gateway-core/protocol';
import { failure } from '../failure.js';

/** What the rest of a frame takes at most: the path twice, an event id, names and punctuation. */
const ENVELOPE_BYTES = 500;
const MAX_INPUT_BYTES = MAX_FRAME_BYTES - ENVELOPE_BYTES;

/** @throws GatewayError PAYLOAD_TOO_LARGE */
export function checkFrameInput(path: string, json = ''): void {
  const bytes = new TextEncoder().encode(json).length;
  if (bytes > MAX_INPUT_BYTES) {
    throw failure('PAYLOAD_TOO_LARGE', path, `input has ${bytes} bytes, expected at most ${MAX_INPUT_BYTES} over the socket`);
  }
}
