/**
 * Where an RPC call lives: `/rpc/{service}/{procedure[,procedure…]}`. A batch stays inside a service, because a service is one Lambda
 * with one role. PROTOCOL.md section 2.
 */

/** First segment of every RPC path. */
export const RPC_ROOT = 'rpc';

/** A procedure's name in frames and errors, split at its first dot. */
export function splitPath(path: string): { readonly service: string; readonly procedure: string } {
  const dot = path.indexOf('.');
  return dot < 0 ? { service: path, procedure: '' } : { service: path.slice(0, dot), procedure: path.slice(dot + 1) };
}
