/**
 * What frames say, as texts and read. PROTOCOL.md sections 3.1, 3.2 and 3.6.
 */

import type { ErrorShape } from '@org/gateway-core/errors';
import { GATEWAY_PROTOCOL, type GatewayStart } from '@org/gateway-core/protocol';
import type { WirePath } from '@org/gateway-core/wire-value';
import { readJson } from '../json.js';

/** An answer of the server. */
export interface Answer {
  readonly error?: ErrorShape;
  readonly result?: {
    readonly type?: string;
    readonly id?: string;
    readonly data?: unknown;
    readonly codecs?: readonly WirePath[];
    readonly gw?: GatewayStart;
  };
}

/** What a request says when it opens. */
export interface Opening {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `service.procedure`. */
  readonly path: string;
  readonly json: string | undefined;
  readonly lastEventId?: string | undefined;
  /** Key and deadline, as the frame has them. */
  readonly k?: string | undefined;
  readonly dl?: number | undefined;
}

/** What messages of the server to the client itself carry, if they are well made. */
export interface Parameters {
  readonly t: string;
  readonly e: string;
  readonly x: unknown;
  readonly n: unknown;
  readonly s: unknown;
  readonly exp: number;
  readonly again: number;
  readonly code: number;
  readonly why: string;
  readonly retry: unknown;
}

/** What a frame says: an answer, or a message of the server to the client itself. */
export interface Message extends Answer {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** The messages of a frame. What is no JSON answers nothing. */
export function messagesOf(text: unknown): readonly Message[] {
  const messages = readJson(text);
  return (Array.isArray(messages) ? messages : [messages]).map((message) => message ?? {});
}

/** The frame of a request. From the text of its input as it was when the call began, whatever has become of the object since. */
export function requestText(id: number, svc: string, { kind, path, json, lastEventId, k, dl }: Opening): string {
  const frame = JSON.stringify({ id, method: kind, svc, gw: GATEWAY_PROTOCOL, k, dl, params: { path, lastEventId } });
  return json ? `${frame.slice(0, -2)},"input":${json}}}` : frame;
}
