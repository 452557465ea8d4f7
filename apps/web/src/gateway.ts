/**
 * The page's one client. Components get it through `useGateway`.
 */

import { createGatewayClient, type GatewayClient, GatewayError } from '@org/gateway-client';
import { sharedWebSocket } from '@org/gateway-client/tabs';
import { createContext, useContext } from 'react';
import { type RuntimeConfig, readRuntimeConfig } from './model/runtime-config.js';

/** The client, and what it was made from. */
export interface ConnectedGateway {
  readonly gateway: GatewayClient;
  readonly config: RuntimeConfig;
}

/**
 * Reads where the gateway is and makes the client.
 *
 * @throws Error with a sentence for the person, when the configuration is missing or malformed.
 */
export async function connectGateway(): Promise<ConnectedGateway> {
  const response = await fetch('/runtime-config.json');
  if (!response.ok) throw new Error(`/runtime-config.json answered ${response.status}: the page does not know where the gateway is`);
  const config = readRuntimeConfig(await response.json());
  // All tabs of the browser share one connection.
  const WebSocket = sharedWebSocket();
  return { gateway: createGatewayClient({ url: config.restUrl, socketUrl: config.socketUrl, WebSocket }), config };
}

export const GatewayContext = createContext<ConnectedGateway | undefined>(undefined);

/** The client. */
export function useGateway(): GatewayClient {
  return useConnected().gateway;
}

/** What the page knows of the stage. */
export function useRuntimeConfig(): RuntimeConfig {
  return useConnected().config;
}

function useConnected(): ConnectedGateway {
  const connected = useContext(GatewayContext);
  if (!connected) throw new Error('useGateway outside of GatewayContext');
  return connected;
}

/** A failure in words for a person, with what support needs to find it. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof GatewayError)) return error instanceof Error ? error.message : String(error);
  const words = error.code === 'NETWORK_ERROR' ? 'The gateway cannot be reached.' : error.message.replace(/^\[[A-Z_]+\] /, '');
  return error.requestId ? `${words} (request ${error.requestId})` : words;
}
