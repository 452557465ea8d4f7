/**
 * Where the gateway is: `/runtime-config.json`, written by whatever serves the page.
 */

/** The OpenID Connect issuer of the stage, and what the page is to it. */
export interface IdentityConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** What to ask for, separated by spaces: `openid offline_access` and the scopes of the API. */
  readonly scope: string;
}

/** URLs of the two gateways, and what not every stage has. */
export interface RuntimeConfig {
  readonly restUrl: string;
  readonly socketUrl: string;
  /** The stage has the GraphQL API, so the procedures of `graph` are there. */
  readonly hasGraph: boolean;
  /** Absent on a stage where nobody signs in. */
  readonly identity?: IdentityConfig;
}

/**
 * Reads a parsed configuration.
 *
 * @throws Error that names what is missing or malformed.
 */
export function readRuntimeConfig(value: unknown): RuntimeConfig {
  const { restUrl, socketUrl, graph, identity } = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  >;
  const problems = [
    ...(isUrl(restUrl, /^https?:$/) ? [] : [`restUrl is ${describe(restUrl)}, expected an http(s) URL`]),
    ...(isUrl(socketUrl, /^wss?:$/) ? [] : [`socketUrl is ${describe(socketUrl)}, expected a ws(s) URL`]),
    ...(isIdentity(identity) ? [] : [`identity is ${describe(identity)}, expected { issuer, clientId, scope } or nothing`]),
  ];
  if (problems.length > 0) throw new Error(`/runtime-config.json: ${problems.join('; ')}`);
  return {
    restUrl: restUrl as string,
    socketUrl: socketUrl as string,
    hasGraph: graph === true,
    ...(identity ? { identity: identity as IdentityConfig } : {}),
  };
}

function isIdentity(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const { issuer, clientId, scope } = value as Partial<Record<string, unknown>>;
  return isUrl(issuer, /^https?:$/) && typeof clientId === 'string' && typeof scope === 'string';
}

function isUrl(value: unknown, protocol: RegExp): boolean {
  return typeof value === 'string' && URL.canParse(value) && protocol.test(new URL(value).protocol);
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
