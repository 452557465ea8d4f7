/**
 * Which pages may open a connection. A browser lets any page open a WebSocket to anywhere, so the server has to look at `Origin` itself
 * (RFC 6455, sections 4.2.2 and 10.2); programs that are no browsers send none, and can send any.
 */

/**
 * Whether a handshake with this `Origin` is served.
 *
 * @param allowed `*`, or origins separated by spaces, as `access-control-allow-origin` is configured
 */
export function allowsOrigin(allowed: string, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const origins = allowed.split(/\s+/);
  return origins.includes('*') || origins.includes(origin);
}
