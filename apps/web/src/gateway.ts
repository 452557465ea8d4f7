/**
 * The page's one client. Components get it through `useGateway`.
 */

import { createGatewayClient, type GatewayClient, GatewayError } from '@org/gateway-client';
import { createContext, useContext } from 'react';
import { readRuntimeConfig } from './model/runtime-config.js';

/**
 * Reads where the gateway is and makes the client.
 *
 * @throws Error with a sentence for the person, when the configuration is missing or malformed.
 */
export async function connectGateway(): Promise<GatewayClient> {
  const response = await fetch('/runtime-config.json');
  if (!response.ok) throw new Error(`/runtime-config.json answered ${response.status}: the page does not know where the gateway is`);
  const { restUrl, socketUrl } = readRuntimeConfig(await response.json());
  return createGatewayClient({ url: restUrl, socketUrl, pingIntervalMs: 60_000 });
}

export const GatewayContext = createContext<GatewayClient | undefined>(undefined);

/** The client. */
export function useGateway(): GatewayClient {
  const gateway = useContext(GatewayContext);
  if (!gateway) throw new Error('useGateway outside of GatewayContext');
  return gateway;
}

/** A failure in words for a person, with what support needs to find it. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof GatewayError)) return error instanceof Error ? error.message : String(error);
  const words = error.code === 'NETWORK_ERROR' ? 'The gateway cannot be reached.' : error.message.replace(/^\[[A-Z_]+\] /, '');
  return error.requestId ? `${words} (request ${error.requestId})` : words;
}
