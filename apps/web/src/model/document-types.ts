/** The shapes the page shows, read off the client. */

import type { GatewayClient } from '@org/gateway-client';

type Documents = GatewayClient['documents'];
type Inference = GatewayClient['inference'];
type EventOf<TStream> = TStream extends AsyncIterable<infer TEvent> ? TEvent : never;
type Answered<TCall extends (...call: never[]) => Promise<unknown>> = Awaited<ReturnType<TCall>>;

export type Change = EventOf<ReturnType<Documents['changes']['subscribe']>>;
export type Summary = Change['document'];
export type Document = Answered<Documents['get']['query']>;
export type FileInfo = Answered<GatewayClient['files']['list']['query']>['items'][number];
export type SearchPage = Answered<GatewayClient['search']['find']['query']>;
export type Hit = SearchPage['items'][number];
/** A text in runs; those that matched are marked. */
export type TextRuns = Hit['titleRuns'];
export type Rebuild = Answered<GatewayClient['search']['status']['query']>;
export type Answer = Answered<GatewayClient['answers']['ask']['query']>['answers'][number];
/** What happened, as the bus told it. */
export type Entry = EventOf<ReturnType<GatewayClient['events']['activity']['subscribe']>>;
export type Label = Answered<Inference['classify']['mutate']>['labels'][number];
export type LabelEvent = EventOf<ReturnType<Inference['labelled']['subscribe']>>;
export type GraphDocument = Answered<GatewayClient['graph']['documents']['query']>['items'][number];

type Chat = GatewayClient['chat'];
export type ChatMember = Answered<Chat['who']['query']>['members'][number];
export type ChatMessage = EventOf<ReturnType<Chat['messages']['subscribe']>>;
export type DirectMessage = EventOf<ReturnType<Chat['inbox']['subscribe']>>;
