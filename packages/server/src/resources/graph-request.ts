/** One POST to a GraphQL API. AppSync has no SDK client for queries, so its requests are signed here. */

import type { AwsCredentialsProvider } from './aws-options.js';

export interface GraphSenderOptions {
  readonly url: URL;
  /** Empty: signed with credentials. */
  readonly apiKey: string;
  readonly region: string;
  readonly credentials: AwsCredentialsProvider;
  readonly now: () => number;
  readonly timeoutMs: number;
}

/** Resolves with whatever was answered; rejects when nothing was in time. */
export type SendGraph = (body: string) => Promise<{ readonly status: number; readonly text: string }>;

/** Loads the signer where there is something to sign. */
export async function graphSender({ url, apiKey, timeoutMs, ...signing }: GraphSenderOptions): Promise<SendGraph> {
  const headersOf = apiKey === '' ? await signer(url, signing) : async (_body: string) => ({ ...CONTENT, 'x-api-key': apiKey });
  return async (body) => {
    const headers = await headersOf(body);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, text: await answer.text() };
  };
}

const CONTENT = { 'content-type': 'application/json' };

type Signing = Pick<GraphSenderOptions, 'region' | 'credentials' | 'now'>;

async function signer(url: URL, { region, credentials, now }: Signing): Promise<(body: string) => Promise<Record<string, string>>> {
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([import('@smithy/signature-v4'), import('@aws-crypto/sha256-js')]);
  const signature = new SignatureV4({ service: 'appsync', region, credentials, sha256: Sha256 });
  return async (body) => {
    const { host, hostname, protocol, pathname: path } = url;
    const request = { method: 'POST', protocol, hostname, path, headers: { ...CONTENT, host }, body };
    const { headers } = await signature.sign(request, { signingDate: new Date(now()) });
    // Fetch writes `host` itself, as it was signed.
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'));
  };
}
