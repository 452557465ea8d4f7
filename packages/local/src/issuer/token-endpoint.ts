/**
 * The token endpoint: a code with its PKCE verifier, or a refresh token, becomes tokens (https://www.rfc-editor.org/rfc/rfc6749#section-5,
 * https://www.rfc-editor.org/rfc/rfc7636#section-4.6). Clients are pages, which have no secret.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { oauthError, type Reply } from './reply.js';
import type { Grant, Sessions } from './sessions.js';
import { accessToken, identityToken, type TokenParts } from './tokens.js';

/** Answers `POST /token`. */
export async function answerTokenRequest(parts: TokenParts & { readonly sessions: Sessions }, form: URLSearchParams): Promise<Reply> {
  if (form.get('client_id') !== parts.definition.clientId) return oauthError('invalid_client', 'unknown client_id', 401);
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const grant = parts.sessions.take('code', form.get('code') ?? '');
      if (grant === undefined) return oauthError('invalid_grant', 'the code is unknown, used or expired');
      if (grant.authorization.redirectUri !== form.get('redirect_uri'))
        return oauthError('invalid_grant', 'redirect_uri is not that of the code');
      if (!fits(form.get('code_verifier') ?? '', grant.authorization.codeChallenge)) {
        return oauthError('invalid_grant', 'code_verifier does not fit the code_challenge');
      }
      return tokens(parts, grant);
    }
    case 'refresh_token': {
      const grant = parts.sessions.take('refresh', form.get('refresh_token') ?? '');
      return grant === undefined ? oauthError('invalid_grant', 'the refresh token is unknown, used or expired') : tokens(parts, grant);
    }
    default:
      return oauthError('unsupported_grant_type', 'expected authorization_code or refresh_token');
  }
}

async function tokens(parts: TokenParts & { readonly sessions: Sessions }, grant: Grant): Promise<Reply> {
  const { session, authorization } = grant;
  const { scopes, nonce } = authorization;
  const { user, authenticatedAtMs, id: sessionId } = session;
  const signedIn = { user, scopes, sessionId, authenticatedAtMs, ...(nonce === undefined ? {} : { nonce }) };
  const body = {
    access_token: await accessToken(parts, user, { scopes, authenticatedAtMs }),
    token_type: 'Bearer',
    expires_in: parts.definition.accessTokenSeconds,
    scope: scopes.join(' '),
    ...(scopes.includes('openid') ? { id_token: await identityToken(parts, signedIn) } : {}),
    ...(scopes.includes('offline_access') ? { refresh_token: parts.sessions.issueRefreshToken(grant) } : {}),
  };
  return { kind: 'json', status: 200, body };
}

function fits(verifier: string, challenge: string): boolean {
  const [got, expected] = [createHash('sha256').update(verifier).digest('base64url'), challenge].map((text) => Buffer.from(text)) as [
    Buffer,
    Buffer,
  ];
  return got.length === expected.length && timingSafeEqual(got, expected);
}
