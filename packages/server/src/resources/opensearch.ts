/**
 * The part of the OpenSearch client that an index needs: its transport with retries, and its SigV4 signer. Loaded with the first
 * operation only; import its types only. The client's API methods are left out: they cost 270 ms of CPU to load and 590 kB of a bundle,
 * transport and signer 60 ms and 47 kB.
 */

import type { Transport as TransportClass } from '@opensearch-project/opensearch';
import { giveAwsV4Signer } from '@opensearch-project/opensearch/lib/aws/shared.js';
import { CloudConnectionPool } from '@opensearch-project/opensearch/lib/pool/index.js';
import * as serializers from '@opensearch-project/opensearch/lib/Serializer.js';
import type { AwsCredentialsProvider } from './aws-options.js';

/** Three attempts of these stay inside the 29 s that API Gateway waits; an attempt is over when nothing came for so long. */
const MAX_RETRIES = 2;
const ATTEMPT_TIMEOUT_MS = 8_000;

/** After this, an answer that trickles is given up too. */
const DEADLINE_MS = 26_000;

export interface OpenSearchRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
  /** Lines of JSON, each with its end. */
  readonly lines?: string;
}

export interface OpenSearchAnswer {
  readonly status: number;
  /** Of JSON; a text otherwise. */
  readonly body: unknown;
}

export interface OpenSearch {
  /** Resolves with whatever status the domain answered; rejects when it did not answer. */
  send(request: OpenSearchRequest): Promise<OpenSearchAnswer>;
}

export interface OpenSearchOptions {
  /** Of the domain, with a path where it is not at the root. */
  readonly url: string;
  readonly region: string;
  readonly credentials: AwsCredentialsProvider;
  /** @default 26,000 */
  readonly deadlineMs?: number | undefined;
}

/** A CommonJS module that is its class; its types say it differently. */
const { default: Serializer } = serializers as unknown as { readonly default: new () => TransportClass['serializer'] };

/** Opens the client; nothing is sent yet. */
export function openOpenSearch({ url, region, credentials, deadlineMs = DEADLINE_MS }: OpenSearchOptions): OpenSearch {
  const sign = giveAwsV4Signer(() => Promise.reject(new Error('[OPENSEARCH] no credentials were given')));
  const getCredentials = async () => ({ sessionToken: '', ...(await credentials()) });
  const { Connection, Transport } = sign({ region, service: 'es', getCredentials: getCredentials as never });
  const connectionPool = new CloudConnectionPool({ Connection, emit: () => true });
  connectionPool.addConnection(url);
  const transport = new Transport({
    emit: () => true,
    connectionPool,
    serializer: new Serializer(),
    maxRetries: MAX_RETRIES,
    requestTimeout: ATTEMPT_TIMEOUT_MS,
    sniffEndpoint: '',
  });
  return { send: (request) => send(transport, request, deadlineMs) };
}

async function send(transport: TransportClass, request: OpenSearchRequest, deadlineMs: number): Promise<OpenSearchAnswer> {
  const { method, path, query, body, lines } = request;
  const sent = transport.request({
    method,
    path,
    ...(query === undefined ? {} : { querystring: { ...query } }),
    ...(body === undefined ? {} : { body }),
    ...(lines === undefined ? {} : { bulkBody: lines }),
  });
  const deadline = setTimeout(() => sent.abort(), deadlineMs);
  try {
    const { statusCode, body: answer } = await sent;
    return { status: statusCode ?? 0, body: answer };
  } catch (thrown) {
    return refusalOf(thrown);
  } finally {
    clearTimeout(deadline);
  }
}

/** The transport rejects for every status of 400 and more. */
function refusalOf(thrown: unknown): OpenSearchAnswer {
  const { statusCode, body } = (thrown ?? {}) as { readonly statusCode?: unknown; readonly body?: unknown };
  if (typeof statusCode === 'number') return { status: statusCode, body };
  throw thrown;
}
