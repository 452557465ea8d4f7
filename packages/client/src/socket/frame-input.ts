/**
 * The input of a request over the socket must fit into one frame: nothing travels in parts. PROTOCOL.md P3.1.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import { failure } from '../failure.js';
import { MAX_INPUT_BYTES } from './limits.js';

/** The PAYLOAD_TOO_LARGE of an input that is too large, as JSON. */
export function frameFailure(path: string, json = ''): GatewayError | undefined {
  // Measured only if it could be too large: a character has at most three bytes.
  const bytes = json.length * 3 > MAX_INPUT_BYTES ? new Blob([json]).size : 0;
  return bytes > MAX_INPUT_BYTES
    ? failure('PAYLOAD_TOO_LARGE', path, `input has ${bytes} bytes, expected at most ${MAX_INPUT_BYTES} over the socket`)
    : undefined;
}
