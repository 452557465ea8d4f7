/**
 * Where the gateway is: `/runtime-config.json`, written by whatever serves the page.
 */

/** URLs of the two gateways, and what not every stage has. */
export interface RuntimeConfig {
  readonly restUrl: string;
  readonly socketUrl: string;
  /** The stage has the GraphQL API, so the procedures of `graph` are there. */
  readonly hasGraph: boolean;
}

/**
 * Reads a parsed configuration.
 *
 * @throws Error that names what is missing or malformed.
 */
export function readRuntimeConfig(value: unknown): RuntimeConfig {
  const { restUrl, socketUrl, graph } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<string, unknown>>;
  const problems = [
    ...(isUrl(restUrl, /^https?:$/) ? [] : [`restUrl is ${describe(restUrl)}, expected an http(s) URL`]),
    ...(isUrl(socketUrl, /^wss?:$/) ? [] : [`socketUrl is ${describe(socketUrl)}, expected a ws(s) URL`]),
  ];
  if (problems.length > 0) throw new Error(`/runtime-config.json: ${problems.join('; ')}`);
  return { restUrl: restUrl as string, socketUrl: socketUrl as string, hasGraph: graph === true };
}

function isUrl(value: unknown, protocol: RegExp): boolean {
  return typeof value === 'string' && URL.canParse(value) && protocol.test(new URL(value).protocol);
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
