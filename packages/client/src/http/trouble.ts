/**
 * What becomes of calls that were not answered with a result. What does not fit into one request travels in two. What failed gets its error,
 * and is sent again where it may pass and where sending it twice is safe: a query, or a mutation under its key. Loaded when it happens first;
 * without it (a page whose code is gone from the server) nothing is sent again. It imports no code of the eager part, which bundlers would
 * then split. PROTOCOL.md P2.5 and P2.14.
 */

import type { ErrorShape, GatewayError } from '@org/gateway-core/errors';
import type { Clock } from '../clock.js';
import type { failure } from '../failure.js';
import type { Given } from '../meaning.js';
import type { Fetch, HeaderRecord, Token } from '../options.js';
import { type AnswerFacts, sentFailure } from '../sent-failure.js';
import type { Flight, Items, Sending } from './flight.js';

/** A request, and what is known of its end. */
export interface Trouble extends Sending {
  /** All that it is, or would be, of; those with a result are over. */
  readonly flights: readonly Flight[];
  /** It was not sent: its URL is too long, or too much is in it. */
  readonly misfit: string | false;
  readonly response: Response | undefined;
  /** The answer; absent when it did not come, or not in full. True: it is still to be read, line by line if it has them. */
  readonly text: string | true | undefined;
  readonly items: Items;
  /** They are one item of an answer that is still coming: what has to be sent again waits for its end. */
  readonly early?: boolean;
  /** Why it did not. */
  readonly thrown: unknown;
  readonly maxUrlLength: number;
  readonly retries?: number | undefined;
  readonly clock: Clock;
  readonly fetch?: Fetch | undefined;
  readonly sign: (refused?: Token) => Promise<HeaderRecord | undefined>;
  readonly send: (flights: readonly Flight[], sending: Sending) => void;
  readonly random?: (() => number) | undefined;
  readonly failure: typeof failure;
  readonly GatewayError: typeof GatewayError;
}

/** The longest wait before the first repetition, by chance; it doubles up to the cap. */
const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = 5_000;

/** Statuses of failures that may pass. A query that another one has joined may have had less time than the other has. */
const PASSING: readonly (number | undefined)[] = [408, 429, 502, 503, 504];

/** Sends what does not fit in halves, ends what failed for good, and sends the rest again in its time. */
export function handle(trouble: Trouble): void {
  const { misfit, response, text } = trouble;
  if (misfit) split(trouble, misfit.length);
  else if (response && text === true)
    import('./lines.js').then(
      ({ receive }) => receive({ ...trouble, response }, recover),
      (thrown) => recover({ ...trouble, text: undefined, thrown }),
    );
  else recover(trouble);
}

function split({ flights, maxUrlLength, failure, send, signed, attempt }: Trouble, length: number): void {
  const [{ path, end }] = flights as [Flight];
  const half = flights.length >> 1;
  if (half) for (const part of [flights.slice(0, half), flights.slice(half)]) send(part, { signed, attempt });
  else end(failure('PAYLOAD_TOO_LARGE', path, `makes a URL of ${length} characters, expected at most ${maxUrlLength}`));
}

function recover(trouble: Trouble): void {
  const { flights, items, early, signed, attempt, isRenewed, retries = 2, clock, random = Math.random } = trouble;
  const jitterMs = random() * Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt);
  const again = new Map<Flight, GatewayError>();
  let isRefused = false;
  let waitMs = 0;
  for (const [position, flight] of flights.entries()) {
    if (!flight.calls.size || flight.isAnswered || (early && !items?.[position])) continue;
    const { result, error: shape } = items?.[position] ?? items ?? {};
    if (result) {
      flight.isAnswered = true;
      void deliver(flight, result, trouble);
      continue;
    }
    const error = errorOf(flight, shape, trouble);
    flight.endsAtMs = Math.max(...[...flight.calls].map(({ endsAtMs }) => endsAtMs));
    const ownMs = jitterMs + (error.retryAfterMs ?? 0);
    if (error.status === 401 && tokenOf(signed) && !isRenewed) isRefused = true;
    else if (attempt < retries && isSafe(flight, error) && clock.now() + ownMs < flight.endsAtMs) waitMs = Math.max(waitMs, ownMs);
    else {
      flight.end(error);
      continue;
    }
    if (!early) again.set(flight, error);
  }
  const resume = () => void sendAgain(trouble, again, isRefused);
  if (!again.size) return;
  if (waitMs) cancelWhenOver([...again.keys()], clock.after(waitMs, resume));
  else resume();
}

function cancelWhenOver(flights: readonly Flight[], cancel: () => void): void {
  for (const flight of flights) {
    flight.onOver = () => {
      if (flights.every(({ calls }) => !calls.size)) cancel();
    };
  }
}

/** Ends a flight with a result that several wait for, that has to be fetched (P2.14) or made of texts (P2.16). Never throws. */
async function deliver(flight: Flight, result: Given, { fetch, failure }: Trouble): Promise<void> {
  try {
    const isPlain = !(result.codecs ?? result.ref);
    const found = isPlain ? result.data : await (await import('../meaning.js')).meaningOf(result, fetch);
    // Each caller's data is its own: what one changes in it does not change for the others.
    let own = found;
    for (const call of flight.calls) {
      call.end(own);
      own = flight.calls.size ? structuredClone(found) : undefined;
    }
  } catch (cause) {
    flight.end(noAnswer(flight, cause, failure));
  }
}

/** Whether it may pass, and sending it twice does no harm. What the contract declares is the application's business. */
function isSafe({ key }: Flight, { code, status, error }: GatewayError): boolean {
  return key !== false && error === undefined && (code === 'NETWORK_ERROR' || PASSING.includes(status));
}

/** Never throws. A call that was refused ends as it was when there is no other token. */
async function sendAgain(trouble: Trouble, again: ReadonlyMap<Flight, GatewayError>, isRefused: boolean): Promise<void> {
  const { flights, attempt, isRenewed = false, sign, send } = trouble;
  const token = tokenOf(trouble.signed);
  let signed: HeaderRecord | undefined;
  let isSigned = true;
  try {
    signed = await sign(isRefused ? token : undefined);
  } catch {
    isSigned = false;
  }
  const open: Flight[] = [];
  for (const [flight, error] of again) {
    if (!isSigned || (error.status === 401 && tokenOf(signed) === token)) flight.end(error);
    else if (flight.calls.size) open.push(flight);
  }
  const isWhole = open.length === flights.length || open[0]?.kind === 'query';
  if (!isWhole) nameKeys(flights);
  const sending = { signed, attempt: isRefused ? attempt : attempt + 1, isRenewed: isRenewed || isRefused };
  for (const part of isWhole ? [open] : open.map((flight) => [flight])) if (part.length) send(part, sending);
}

/** The keys that the one of a batch stood for, by position (P2.12): what does not travel as it did travels alone. */
function nameKeys(flights: readonly Flight[]): void {
  const key = flights[0]?.key;
  if (!key || flights.length < 2) return;
  flights.forEach((flight, position) => {
    flight.key = `${key}:${position}`;
  });
}

function tokenOf(headers: HeaderRecord | undefined): string | undefined {
  return headers?.authorization?.replace('Bearer ', '');
}

/** What a flight failed with. */
function errorOf(flight: Flight, shape: ErrorShape | undefined, trouble: Trouble): GatewayError {
  const { response, text, thrown, clock, failure, GatewayError } = trouble;
  if (response && text !== undefined) return sentFailure(GatewayError, flight.path, shape, factsOf(response, `${text}`, clock));
  return thrown instanceof GatewayError ? thrown : noAnswer(flight, thrown, failure);
}

function noAnswer({ path }: Flight, cause: unknown, fail: typeof failure): GatewayError {
  return fail('NETWORK_ERROR', path, `got no answer: ${(cause as Error)?.message}`, { cause });
}

function factsOf({ status, headers }: Response, text: string, clock: Clock): AnswerFacts {
  const header = (name: string) => headers.get(name) ?? undefined;
  const after = header('retry-after');
  // Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
  const afterMs = after === undefined ? 0 : Number(after) * 1_000 || Date.parse(after) - clock.now();
  return {
    got: `status ${status} and "${text.slice(0, 80)}"`,
    status,
    requestId: header('x-request-id') ?? header('x-amzn-requestid'),
    traceId: header('x-amzn-trace-id')?.match(/Root=([^;]+)/)?.[1],
    retryAfterMs: afterMs > 0 ? afterMs : undefined,
  };
}
