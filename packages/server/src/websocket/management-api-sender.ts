/**
 * `ConnectionSender` on API Gateway's management API. The SDK is loaded on the first frame, and makes one attempt: its callers decide
 * what a failure costs, and keep the order.
 */

import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { type ConnectionSender, failureKindOf, SendError } from './sender.js';

export interface ManagementApiSenderOptions {
  /** `https://{api}.execute-api.{region}.amazonaws.com/{stage}` */
  readonly endpoint: string;
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** One slow connection holds its own frames up, and a stream shard with them, no longer than this per attempt. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

type Sdk = typeof import('@aws-sdk/client-apigatewaymanagementapi');

/** Opens nothing until the first frame. */
export function createManagementApiSender(options: ManagementApiSenderOptions): ConnectionSender & { destroy(): Promise<void> } {
  let opened: Promise<{ sdk: Sdk; client: ApiGatewayManagementApiClient }> | undefined;
  const open = () => {
    opened ??= import('@aws-sdk/client-apigatewaymanagementapi').then((sdk) => ({
      sdk,
      client: new sdk.ApiGatewayManagementApiClient({ ...options, maxAttempts: 1, requestHandler: TIMEOUTS }),
    }));
    return opened;
  };
  return {
    post: async (connectionId, text) => {
      const { sdk, client } = await open();
      const sending = client.send(new sdk.PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(text) }));
      return sending.then(() => 'sent' as const, gone);
    },
    close: async (connectionId) => {
      const { sdk, client } = await open();
      await client.send(new sdk.DeleteConnectionCommand({ ConnectionId: connectionId })).catch(gone);
    },
    destroy: async () => (await opened)?.client.destroy(),
  };
}

/** By name and by status: a proxy in between may answer 410 without AWS's error header. */
function gone(cause: unknown): 'gone' {
  const { name, message, $metadata } = cause as {
    readonly name?: string;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (name === 'GoneException' || status === 410) return 'gone';
  if (status === undefined) throw new SendError(name === 'TimeoutError' ? 'timeout' : 'failed', `no answer: ${message}`, { cause });
  throw new SendError(failureKindOf(status), `@connections answered ${status} ${name}: ${message}`, { status, cause });
}
