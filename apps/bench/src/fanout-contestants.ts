/** Ways to post a frame to a connection: ours, two HTTP clients with a signature made by hand, and AWS's SDK. All with 64 connections. */

import { createHash, createHmac } from 'node:crypto';
import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { createManagementApiSender } from '@org/gateway-server/parts';
import { Pool } from 'undici';
import { SINK_CERTIFICATE } from './fanout-certificate.js';

export const CONNECTIONS = 64;
export const REGION = 'eu-west-1';
/** A role's session token has about a thousand characters. */
export const CREDENTIALS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'IQoJb3JpZ2luX2VjE'.repeat(60) };

/** Three events of a topic in one frame. */
export const FRAME = JSON.stringify({
  id: null,
  method: 'gw.ev',
  params: {
    t: 'documents.changes/a',
    e: 'e1',
    x: [44, 45, 46].map((offset) => [offset, { id: `doc-${offset}`, title: 'A title', v: offset }]),
  },
});

export interface Contestant {
  post(connectionId: string): Promise<unknown>;
  destroy(): unknown;
}

/** Ours first: it is what the others are compared with. `port`: the sink's. */
export function fanoutContestants(port: number, secure: boolean): Readonly<Record<string, Contestant>> {
  const endpoint = `${secure ? 'https' : 'http'}://localhost:${port}`;
  return {
    'this gateway': ours(endpoint),
    'undici, signed by hand': undici(endpoint),
    'node:http, signed by hand': node(endpoint),
    'AWS SDK': sdk(endpoint),
  };
}

function ours(endpoint: string): Contestant {
  const options = { endpoint: `${endpoint}/prod`, region: REGION, credentials: CREDENTIALS, ca: SINK_CERTIFICATE };
  const sender = createManagementApiSender({ ...options, maxConnections: CONNECTIONS });
  return { post: (id) => sender.post(id, FRAME), destroy: sender.destroy };
}

function undici(endpoint: string): Contestant {
  const pool = new Pool(endpoint, { connections: CONNECTIONS, connect: { ca: SINK_CERTIFICATE } });
  const body = Buffer.from(FRAME);
  return {
    post: async (id) => {
      const { path, headers } = signedByHand(id, new URL(endpoint).host);
      const answer = await pool.request({ method: 'POST', path, headers, body });
      await answer.body.dump();
    },
    destroy: () => pool.destroy(),
  };
}

function node(endpoint: string): Contestant {
  const { host, port, protocol } = new URL(endpoint);
  const secure = protocol === 'https:';
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = secure ? new SecureAgent({ ...options, ca: SINK_CERTIFICATE }) : new PlainAgent(options);
  const request = secure ? requestSecure : requestPlain;
  const body = Buffer.from(FRAME);
  return {
    post: (id) =>
      new Promise((resolve, reject) => {
        const { path, headers } = signedByHand(id, host);
        const all = { ...headers, 'content-length': body.length };
        const posting = request({ agent, host: 'localhost', port, method: 'POST', path, headers: all }, (answer) => {
          answer.resume();
          answer.on('end', resolve);
        });
        posting.on('error', reject);
        posting.end(body);
      }),
    destroy: () => agent.destroy(),
  };
}

function sdk(endpoint: string): Contestant {
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  const client = new ApiGatewayManagementApiClient({
    endpoint: `${endpoint}/prod`,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: { ...agent, ca: SINK_CERTIFICATE } },
  });
  return {
    post: (id) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from(FRAME) })),
    destroy: () => client.destroy(),
  };
}

const bodyHash = createHash('sha256').update(FRAME).digest('hex');
const keys = new Map<string, Buffer>();

/** As one writes it: the key of the day and the body's hash kept, the rest computed. */
export function signedByHand(id: string, host: string) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${REGION}/execute-api/aws4_request`;
  const key = keys.get(scope) ?? signingKey(scope);
  keys.set(scope, key);
  const path = `/prod/@connections/${encodeURIComponent(id)}`;
  const canonicalPath = path.split('/').map(encodeURIComponent).join('/');
  const { accessKeyId, sessionToken } = CREDENTIALS;
  const signed = 'host;x-amz-date;x-amz-security-token';
  const canonical = `POST\n${canonicalPath}\n\nhost:${host}\nx-amz-date:${date}\nx-amz-security-token:${sessionToken}\n\n${signed}\n${bodyHash}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return { path, headers: { host, 'x-amz-date': date, 'x-amz-security-token': sessionToken, authorization } };
}

function signingKey(scope: string): Buffer {
  let key: string | Buffer = `AWS4${CREDENTIALS.secretAccessKey}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return key as Buffer;
}
