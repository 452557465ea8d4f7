/** The shapes the page shows, read off the client. */

import type { GatewayClient } from '@org/gateway-client';

type Documents = GatewayClient['documents'];
type EventOf<TStream> = TStream extends AsyncIterable<infer TEvent> ? TEvent : never;

export type Change = EventOf<ReturnType<Documents['changes']['subscribe']>>;
export type Summary = Change['document'];
export type Document = Awaited<ReturnType<Documents['get']['query']>>;
export type FileInfo = Awaited<ReturnType<GatewayClient['files']['list']['query']>>['items'][number];
