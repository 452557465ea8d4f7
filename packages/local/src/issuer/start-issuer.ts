/**
 * Lets an issuer listen, and gives tests their hold of it. Only the listener is there from the start: the issuer's code and keys are loaded
 * when somebody asks, so that a stage without sign-ins pays nothing.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../gateway/listen.js';
import type { Clock, Report } from '../parts.js';
import type { IssuerDefinition } from './definition.js';
import type { Issuer } from './issuer.js';
import { oauthError, type Reply, writeReply } from './reply.js';
import type { TokenOptions } from './tokens.js';

/** The issuer of a running stage. */
export interface StageIssuer {
  /** `http://127.0.0.1:PORT`: the `iss` of its tokens, and where its discovery document is. */
  readonly url: string;
  /** The `aud` of its access tokens. */
  readonly audience: string;
  /** The client that pages sign in as. */
  readonly clientId: string;
  /** Names of the test users. */
  readonly users: readonly string[];
  /**
   * An access token without a sign-in. Options make wrong ones: expired, of another audience, without a claim.
   *
   * @throws Error for a user that is not there
   */
  tokenFor(user: string, options?: TokenOptions): Promise<string>;
  /** Signs with a new key from now on. @param options `keepPrevious` @default true: what the key before signed can still be verified */
  rotateKeys(options?: { readonly keepPrevious?: boolean }): Promise<void>;
  /** Ends the sessions of a user, as an administrator does: refresh tokens work no more, access tokens until they expire. */
  endSessionsOf(user: string): Promise<void>;
  /** Answers everything with 503 until the returned function is called; `tokenFor` works all the same. */
  breakDown(): () => void;
}

export interface StartIssuerOptions {
  readonly definition: IssuerDefinition;
  readonly port: number;
  readonly host: string;
  readonly clock: Clock;
  readonly report: Report;
}

/**
 * Starts to listen.
 *
 * @throws StageError `PORT_BUSY`
 */
export async function startIssuer(options: StartIssuerOptions): Promise<StageIssuer & { close(): Promise<void> }> {
  const { definition, port, host, clock } = options;
  const url = `http://${host}:${port}`;
  let loading: Promise<Issuer> | undefined;
  const issuer = (): Promise<Issuer> => {
    loading ??= import('./issuer.js').then(({ createIssuer }) => createIssuer({ url, definition, clock, newId }));
    return loading;
  };
  let breakdowns = 0;
  const server = createServer((request, response) => {
    void answer({ issuer, report: options.report, isBroken: () => breakdowns > 0 }, request, response);
  });
  const { close } = await listen(server, port, host);
  return {
    url,
    audience: definition.audience,
    clientId: definition.clientId,
    users: definition.users.map(({ name }) => name),
    tokenFor: async (user, tokenOptions) => (await issuer()).tokenFor(user, tokenOptions),
    rotateKeys: async ({ keepPrevious = true } = {}) => (await issuer()).rotateKeys({ keepPrevious }),
    endSessionsOf: async (user) => (await issuer()).endSessionsOf(user),
    breakDown() {
      breakdowns += 1;
      let over = false;
      return () => {
        if (!over) breakdowns -= 1;
        over = true;
      };
    },
    close,
  };
}

function newId(): string {
  return randomBytes(32).toString('base64url');
}

const thisMachine = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

async function answer(
  { issuer, report, isBroken }: { issuer: () => Promise<Issuer>; report: Report; isBroken: () => boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refusalOf(request, isBroken);
  if (refusal !== undefined) {
    writeReply(response, refusal);
    return;
  }
  try {
    const reply = await (await issuer()).answer(request);
    if (reply !== 'aborted') writeReply(response, reply);
  } catch (cause) {
    report({ level: 'error', part: 'issuer', message: `${request.method} ${request.url?.split('?')[0]}: ${String(cause)}` });
    if (!response.headersSent) writeReply(response, oauthError('server_error', 'the issuer failed', 500));
  }
}

/** No name but this machine's is answered, so that none can be pointed here by DNS. */
function refusalOf(request: IncomingMessage, isBroken: () => boolean): Reply | undefined {
  if (!thisMachine.test(request.headers.host ?? '')) return oauthError('invalid_request', 'unknown host', 403);
  return isBroken() ? oauthError('temporarily_unavailable', 'the issuer is broken down', 503) : undefined;
}
