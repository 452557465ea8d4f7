/**
 * Calls the endpoint that stands in, signed with the keys it knows. Bodies stream both ways. When it does not answer, every call fails with
 * `ServiceUnavailable` (503), which SDK clients repeat; the journal says so once, and once when it is back.
 */
import { createHash } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../clock.js';
import { signRequest } from '../iam/sign.js';
import type { Clock, Credentials, Report } from '../parts.js';
import { AwsError } from '../wire/aws-error.js';

export interface StandInClientOptions {
  /** `http://127.0.0.1:9297` */
  readonly origin: string;
  readonly credentials: Credentials;
  readonly region: string;
  readonly report: Report;
  /** Of the endpoint, not of the stage: a stage's clock may stand still. @default real time */
  readonly clock?: Clock;
}

export interface StandInRequest {
  /** The name in the scope of the signature. */
  readonly service: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Lower-case names, without `host` and those of a signature. */
  readonly headers: Readonly<Record<string, string>>;
  /** @default none */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** @default the hash of the body; needed for one that streams */
  readonly payloadHash?: string;
}

/** An answer whose body is still to be read. */
export type StandInAnswer = IncomingMessage;

export interface StandInClient {
  /** @throws AwsError `ServiceUnavailable` when there is no answer */
  send(request: StandInRequest): Promise<StandInAnswer>;
  /** Cuts what is under way. */
  close(): void;
}

export function createStandInClient(options: StandInClientOptions): StandInClient {
  const { origin, clock = systemClock } = options;
  const secure = origin.startsWith('https:');
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const open = secure ? httpsRequest : httpRequest;
  const health = createHealth(options);

  /** One try. A kept connection that the other side has just closed says nothing of its health: such a call is repeated. */
  function attempt(request: StandInRequest, headers: Record<string, string>): Promise<StandInAnswer> {
    return new Promise((resolve, reject) => {
      const { method, body } = request;
      const outgoing = open(`${origin}${request.url}`, { method, headers, agent });
      outgoing.on('response', resolve);
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const stale = outgoing.reusedSocket && error.code === 'ECONNRESET' && isAtHand(body);
        if (stale) attempt(request, headers).then(resolve, reject);
        else reject(error);
      });
      if (isAtHand(body)) outgoing.end(body);
      else void pipeline(Readable.from(body), outgoing).catch((error: Error) => outgoing.destroy(error));
    });
  }

  return {
    async send(request) {
      const { service, method, url, body } = request;
      const payloadHash = request.payloadHash ?? sha256Hex(isAtHand(body) ? (body ?? '') : '');
      const length = isAtHand(body) && body !== undefined ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const toSign = { method, url, headers: { ...request.headers, host: new URL(origin).host }, payloadHash };
      const signed = signRequest(toSign, { ...options, service, nowMs: clock.now() });
      try {
        const answer = await attempt(request, { ...signed, ...length });
        health.up();
        return answer;
      } catch (error) {
        throw health.down(error);
      }
    },
    close: () => agent.destroy(),
  };
}

function isAtHand(body: StandInRequest['body']): body is string | Uint8Array | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

function sha256Hex(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Says in the journal when the endpoint goes away, and when it is back. */
function createHealth({ origin, report }: StandInClientOptions) {
  let isUp = true;
  const say = (level: 'info' | 'error', message: string): void => report({ level, part: 'stand-in', message });
  return {
    up(): void {
      if (!isUp) say('info', `${origin} answers again`);
      isUp = true;
    },
    down(cause: unknown): AwsError {
      const reason = reasonOf(cause);
      if (isUp) say('error', `${origin} does not answer (${reason}): calls of its services fail with ServiceUnavailable until it is back`);
      isUp = false;
      return new AwsError({ code: 'ServiceUnavailable', statusCode: 503, message: `${origin} does not answer: ${reason}` });
    },
  };
}

/** Several addresses of one host fail as one error without a message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
