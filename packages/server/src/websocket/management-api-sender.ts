/**
 * `ConnectionSender` on API Gateway's management API, without the SDK, which costs about a millisecond of CPU for a frame: requests are
 * signed and written here (`management/`), over keep-alive connections. One attempt: callers decide what a failure costs, and keep the
 * order. The exception is a connection that turns out to be closed; see `management/exchanges.ts` for what may arrive twice.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */

import type { AwsCredentials, AwsCredentialsProvider } from '../resources/aws-options.js';
import { type Clock, systemClock } from './clock.js';
import type { Answer } from './management/answer.js';
import { connectionPaths } from './management/connection-path.js';
import { createEndpoint } from './management/endpoint.js';
import { createExchanges } from './management/exchanges.js';
import { createKeys } from './management/keys.js';
import { createPayloads, makePayload, type Payload } from './management/payload.js';
import { createSigner } from './management/signer.js';
import { type ConnectionSender, failureKindOf, SendError } from './sender.js';

export interface ManagementApiSenderOptions {
  /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}` */
  readonly endpoint: string;
  readonly region: string;
  /** Fixed keys, as a function has them, or what gives keys that expire. */
  readonly credentials: AwsCredentials | AwsCredentialsProvider;
  /** @default 64, which at some 30 ms a post are 2,000 a second */
  readonly maxConnections?: number;
  /** Certificates (PEM) to trust instead of the public ones. */
  readonly ca?: string;
  /** @default the machine's */
  readonly clock?: Clock;
}

/** A sender that can be ended. */
export interface ManagementApiSender extends ConnectionSender {
  /** Connections to the endpoint at this moment. */
  readonly connections: number;
  /** Fails what is under way with `unreachable` and closes all connections. Idle ones hold no process. */
  destroy(): void;
}

const NO_BODY = makePayload('');

/** Opens nothing until the first frame. */
export function createManagementApiSender(options: ManagementApiSenderOptions): ManagementApiSender {
  const { region, clock = systemClock, maxConnections = 64 } = options;
  const url = new URL(options.endpoint);
  const { host } = url;
  const sign = createSigner({ service: 'execute-api', region, host, now: clock.now });
  const keys = createKeys(options.credentials, clock.now);
  const exchanges = createExchanges({ endpoint: createEndpoint({ url, ca: options.ca }), clock, maxConnections });
  const pathOf = connectionPaths(url.pathname);
  const payloadOf = createPayloads();

  const send = async (method: 'POST' | 'DELETE', connectionId: string, { bytes, binary, hash }: Payload): Promise<'sent' | 'gone'> => {
    const { path, canonicalPath } = pathOf(connectionId);
    const known = keys();
    const credentials = known instanceof Promise ? await known : known;
    const answer = await exchanges.send(() => {
      const signed = sign({ method, canonicalPath, payloadHash: hash }, credentials);
      return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${signed}content-length: ${bytes}\r\n\r\n${binary}`;
    });
    return outcomeOf(answer);
  };

  return {
    post: (connectionId, text) => send('POST', connectionId, payloadOf(text)),
    close: async (connectionId) => void (await send('DELETE', connectionId, NO_BODY)),
    get connections() {
      return exchanges.connections;
    },
    destroy: exchanges.destroy,
  };
}

/** By status: a proxy in between may answer 410 without AWS's error header, and AWS answers 410 without a body. */
function outcomeOf({ status, errorType, body }: Answer): 'sent' | 'gone' {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 410) return 'gone';
  const said = Buffer.from(body.slice(0, 500), 'latin1').toString();
  throw new SendError(failureKindOf(status), `@connections answered ${[status, errorType, said].filter(Boolean).join(' ')}`, { status });
}
