/** An issuer that listens on a free port with a clock of its own, and the page that signs in at it, step by step. */
import { createHash } from 'node:crypto';
import { createManualClock, type ManualClock } from '../clock.js';
import type { IssuerDefinition } from './definition.js';
import { type StageIssuer, startIssuer } from './start-issuer.js';

export const startMs = 1_764_000_000_123;

export const definition: IssuerDefinition = {
  placeholder: 'http://issuer.local',
  audience: 'my-api',
  clientId: 'web',
  redirectUris: [],
  users: [
    { name: 'ada', scopes: ['documents:write', 'admin'], claims: { name: 'Ada Lovelace' } },
    { name: 'alan', scopes: [], claims: { name: 'Alan Turing' } },
  ],
  algorithm: 'ES256',
  accessTokenSeconds: 300,
  sessionSeconds: 28_800,
};

export interface RunningIssuer extends StageIssuer {
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** Starts an issuer. @param over what differs from `definition` */
export async function runIssuer(over: Partial<IssuerDefinition> = {}): Promise<RunningIssuer> {
  const clock = createManualClock(startMs);
  const port = await freePort();
  const issuer = await startIssuer({ definition: { ...definition, ...over }, port, host: '127.0.0.1', clock, report: () => undefined });
  return { ...issuer, clock };
}

/** The page's side of PKCE. */
export const verifier = 'a'.repeat(64);
export const challenge = createHash('sha256').update(verifier).digest('base64url');
export const page = 'http://127.0.0.1:4000/';

/** A request of the page's; `undefined` leaves a parameter out. */
export function authorizeUrl(url: string, over: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: 'web',
    redirect_uri: page,
    scope: 'openid offline_access documents:write',
    state: 'st4te',
    nonce: 'n0nce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...over,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${url}/authorize?${new URLSearchParams(given)}`;
}

/** Where an answer sends the browser, with the parameters of it. */
export function sentTo(response: Response): { readonly at: string; readonly parameters: Readonly<Record<string, string>> } {
  const location = new URL(response.headers.get('location') ?? 'none:');
  return { at: `${location.origin}${location.pathname}`, parameters: Object.fromEntries(location.searchParams) };
}

/** Chooses on the sign-in page. */
export async function choose(url: string, signInPage: string, choice: Readonly<Record<string, string>>): Promise<Response> {
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(signInPage) ?? [];
  return fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ request, ...choice }) });
}

/** Signs in with one click. @returns the code, and the cookie that the browser keeps */
export async function signIn(
  url: string,
  user: string,
  over?: Readonly<Record<string, string | undefined>>,
): Promise<{ code: string; cookie: string }> {
  const chosen = await choose(url, await (await fetch(authorizeUrl(url, over))).text(), { user });
  const cookie = (chosen.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { code: sentTo(chosen).parameters.code ?? '', cookie };
}

/** Asks the token endpoint. */
export async function askForTokens(
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'web', ...form }) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export function withCode(url: string, code: string, over: Readonly<Record<string, string>> = {}): ReturnType<typeof askForTokens> {
  return askForTokens(url, { grant_type: 'authorization_code', code, redirect_uri: page, code_verifier: verifier, ...over });
}

export function withRefreshToken(url: string, token: unknown): ReturnType<typeof askForTokens> {
  return askForTokens(url, { grant_type: 'refresh_token', refresh_token: String(token) });
}

async function freePort(): Promise<number> {
  const { PortReservations } = await import('../ports.js');
  return new PortReservations('127.0.0.1').reserve({ name: 'the issuer', setting: 'none' });
}
