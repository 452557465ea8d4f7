/** What the issuer answers with, and how it is written. Other sites may read documents and tokens; pages are this site's own. */
import type { ServerResponse } from 'node:http';

export type Reply =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  /** For programs of this machine alone: no page of another origin can read it. */
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'page'; readonly status: number; readonly html: string; readonly setCookie?: string }
  | { readonly kind: 'redirect'; readonly location: string; readonly setCookie?: string };

/** An OAuth error (https://www.rfc-editor.org/rfc/rfc6749#section-5.2). */
export function oauthError(error: string, description: string, status = 400): Reply {
  return { kind: 'json', status, body: { error, error_description: description } };
}

/** Writes a reply. Nothing the issuer says may be kept. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('referrer-policy', 'no-referrer');
  if ('setCookie' in reply && reply.setCookie !== undefined) response.setHeader('set-cookie', reply.setCookie);
  if (reply.kind === 'json') {
    response.setHeader('access-control-allow-origin', '*');
    send(response, reply.status, { type: 'application/json', text: JSON.stringify(reply.body) });
  } else if (reply.kind === 'text') {
    response.setHeader('x-content-type-options', 'nosniff');
    send(response, reply.status, { type: 'text/plain', text: reply.text });
  } else if (reply.kind === 'page') {
    response.setHeader('content-security-policy', PAGE_POLICY);
    send(response, reply.status, { type: 'text/html; charset=utf-8', text: reply.html });
  } else {
    // 303: a browser that posted the choice of a user must not post it to the client.
    response.setHeader('location', reply.location);
    send(response, 303, { type: 'text/plain', text: '' });
  }
}

/** No scripts, and nobody's frame. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

function send(response: ServerResponse, status: number, body: { readonly type: string; readonly text: string }): void {
  response.writeHead(status, { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }).end(body.text);
}
