/**
 * The ids that API Gateway makes, in its own shapes, from the injected randomness.
 * Connection ids (`JC1dgf9yoAMCK-g=`) and extended request ids are 11 bytes in base64 with the URL alphabet, ending in `=`: a client that
 * forgets to URL-encode one fails here as it does on AWS.
 */

/** Numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A version 4 UUID: `requestId` of REST. */
export function requestId(random: Random): string {
  const raw = bytes(random, 16);
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
  return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** `x-amz-apigw-id`, connection ids, message ids and the request ids of WebSocket APIs: 15 characters and `=`. */
export function extendedId(random: Random): string {
  return `${bytes(random, 11).toString('base64url')}=`;
}

/** True for text that could be a connection id; `@connections` answers 400 for anything else. */
export function isConnectionId(value: string): boolean {
  return /^[\w-]{15}=$/.test(value);
}

/** A new `X-Amzn-Trace-Id` root. @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export function traceRoot(random: Random, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${bytes(random, 12).toString('hex')}`;
}

/** The parent segment a response's trace id names. */
export function traceParent(random: Random): string {
  return bytes(random, 8).toString('hex');
}
