/**
 * A `fetch` that signs what it sends with AWS credentials (SigV4), for services that take AWS identities in place of tokens. The signature is
 * made by AWS's own library, an optional dependency, for every request anew: also for one that the client repeats.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { failure } from '../failure.js';
import type { Fetch } from '../options.js';

/** Keys of an AWS identity. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedFetchOptions {
  /** Keys, or what gives those of now: `fromNodeProviderChain()` of `@aws-sdk/credential-providers`. It is asked before each request. */
  readonly credentials: AwsCredentials | (() => Promise<AwsCredentials>);
  /** Region of the API. */
  readonly region: string;
  /** Sends what is signed. @default globalThis.fetch, looked up at every request */
  readonly fetch?: Fetch | undefined;
  /** Epoch milliseconds; AWS refuses a signature that is more than five minutes off. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Makes it: `createHttpClient({ url, fetch: signedFetch({ credentials: fromNodeProviderChain(), region: 'eu-central-1' }) })`. A client that
 * has it has no `auth`: the signature is the request's `authorization`.
 *
 * @throws GatewayError NOT_IMPLEMENTED (as rejection) when `@smithy/signature-v4` is not installed, and what `credentials` throws
 */
export function signedFetch({ credentials, region, fetch: send, now = Date.now }: SignedFetchOptions): Fetch {
  let loading: ReturnType<typeof loadSigner> | undefined;
  return async (address, init) => {
    loading ??= loadSigner();
    const { SignatureV4 } = await loading;
    const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
    const { protocol, hostname, port, host, pathname: path, searchParams } = new URL(address);
    const { method = 'GET', headers, body } = init;
    const request = {
      ...{ method, protocol, hostname, path, body },
      ...(port === '' ? {} : { port: Number(port) }),
      query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
      headers: { ...(headers as Readonly<Record<string, string>>), host },
    };
    const signed = await signer.sign(request, { signingDate: new Date(now()) });
    // Whoever sends it writes `host` itself, as it was signed.
    const { host: _, ...others } = signed.headers;
    return (send ?? fetch)(address, { ...init, headers: others });
  };
}

async function loadSigner(): Promise<typeof import('@smithy/signature-v4')> {
  try {
    return await import('@smithy/signature-v4');
  } catch (cause) {
    throw failure('NOT_IMPLEMENTED', 'signedFetch', 'cannot sign: install "@smithy/signature-v4"', { cause });
  }
}

/** The hash in the form the signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
