/**
 * What a month costs at a given traffic, in US dollars of us-east-1. Prices: API Gateway (REST, WebSocket), Lambda on arm64, DynamoDB on
 * demand, data transfer out, and AWS WAF, from their price pages. What runs by the hour (a search domain, an endpoint of a model) or by an
 * organisation's own agreement is named and not priced.
 *
 * The arithmetic: a socket call reads one row and a REST call too; a connection is made anew every two hours, when API Gateway ends it, which
 * is two invocations and two writes. Every 32 KB of a frame is a message, in and out.
 */

/** The traffic of a month. */
export interface Traffic {
  /** Sockets that are open all the time. */
  readonly connections: number;
  /** Frames a socket sends, a minute. */
  readonly messagesIn: number;
  /** Frames a socket gets, a minute. */
  readonly messagesOut: number;
  /** Bytes of a frame. */
  readonly messageBytes: number;
  /** Seconds between keep-alives that are answered; 0 for none. */
  readonly keepAliveSeconds: number;
  /** REST requests of the whole month. */
  readonly requests: number;
  /** Bytes of an answer over REST. */
  readonly responseBytes: number;
  /** Of an invocation. */
  readonly durationMs: number;
  readonly memoryMb: number;
}

/** One socket's work of an ordinary application: a frame in and two out a minute, ten requests an hour. */
export const ORDINARY: Omit<Traffic, 'connections' | 'requests'> = {
  messagesIn: 1,
  messagesOut: 2,
  messageBytes: 1_000,
  keepAliveSeconds: 0,
  responseBytes: 3_000,
  durationMs: 15,
  memoryMb: 256,
};

/** REST requests of ordinary applications, a month. */
export function ordinaryRequests(connections: number): number {
  return connections * 10 * 24 * DAYS;
}

export interface CostLine {
  readonly what: string;
  readonly dollars: number;
}

const DAYS = 30;
const MINUTES = DAYS * 24 * 60;
/** API Gateway ends a socket after two hours. */
const RECONNECTS = DAYS * 12;
const FRAME_BYTES = 32_768;
const MILLION = 1_000_000;

/** Prices a million, each up to so many of the month. */
type Tiers = readonly (readonly [upTo: number, dollars: number])[];

const REST_TIERS: Tiers = [
  [333 * MILLION, 3.5],
  [1_000 * MILLION, 2.8],
  [20_000 * MILLION, 2.38],
  [Number.POSITIVE_INFINITY, 1.51],
];
const MESSAGE_TIERS: Tiers = [
  [1_000 * MILLION, 1],
  [Number.POSITIVE_INFINITY, 0.8],
];
const CONNECTION_MINUTES = 0.25;
const INVOCATIONS = 0.2;
const GB_SECOND = 0.0000133334;
const READ_UNITS = 0.125;
const WRITE_UNITS = 0.625;
const GB_OUT = 0.09;
const WAF = { acl: 5, rule: 1, rules: 4, requests: 0.6 };

/** The lines of the bill. */
export function monthlyCost(traffic: Traffic, { waf = false }: { readonly waf?: boolean } = {}): readonly CostLine[] {
  const { connections, requests, messagesIn, messagesOut, keepAliveSeconds } = traffic;
  const minutes = connections * MINUTES;
  const keepAlives = keepAliveSeconds === 0 ? 0 : (minutes * 60) / keepAliveSeconds;
  const frames = Math.ceil(traffic.messageBytes / FRAME_BYTES);
  const made = 2 * connections * RECONNECTS;
  const invocations = minutes * messagesIn + keepAlives + requests + made;
  const gigabytes = (minutes * messagesOut * traffic.messageBytes + requests * traffic.responseBytes) / 1e9;
  const lines: readonly CostLine[] = [
    { what: 'WebSocket connections', dollars: millions(minutes) * CONNECTION_MINUTES },
    { what: 'WebSocket messages', dollars: tiered(minutes * (messagesIn + messagesOut) * frames + 2 * keepAlives, MESSAGE_TIERS) },
    { what: 'Lambda', dollars: lambda(invocations, traffic) },
    { what: 'REST requests', dollars: tiered(requests, REST_TIERS) },
    { what: 'DynamoDB', dollars: millions(minutes * messagesIn + requests) * READ_UNITS + millions(made) * WRITE_UNITS },
    { what: 'Data out', dollars: gigabytes * GB_OUT },
  ];
  return waf ? [...lines, { what: 'Web firewall', dollars: WAF.acl + WAF.rule * WAF.rules + millions(requests) * WAF.requests }] : lines;
}

/** The bill as a table, its total last. */
export function costLines(lines: readonly CostLine[]): readonly string[] {
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  return [...lines, { what: 'Total', dollars: total }].map(({ what, dollars }) => `${what.padEnd(24)}${dollars.toFixed(2).padStart(14)}`);
}

function lambda(invocations: number, { durationMs, memoryMb }: Traffic): number {
  return millions(invocations) * INVOCATIONS + invocations * (durationMs / 1_000) * (memoryMb / 1_024) * GB_SECOND;
}

function millions(count: number): number {
  return count / MILLION;
}

function tiered(count: number, tiers: Tiers): number {
  let dollars = 0;
  let from = 0;
  for (const [upTo, price] of tiers) {
    dollars += millions(Math.max(0, Math.min(count, upTo) - from)) * price;
    from = upTo;
  }
  return dollars;
}
