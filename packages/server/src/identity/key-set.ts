/**
 * The public keys of an issuer, kept while the function lives. A key that is not known is looked for once more, because issuers change their
 * keys; at most every ten seconds, because anybody can make up a key's name. Keys are asked for again each hour, so that one that the issuer
 * has withdrawn is no longer believed; when that fails they are good for a day yet, and an issuer that is down for some hours signs nobody out.
 * RFC 7517; OpenID Connect Discovery 1.0, section 4.
 */

import { GatewayError } from '@org/gateway-core/errors';
import * as z from 'zod';
import type { IdentitySettings } from '../service/identity.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../websocket/clock.js';
import type { FetchJson } from './fetch-json.js';

/** A public key as the issuer publishes it, RFC 7517. */
export type PublicKey = Readonly<Record<string, unknown>> & { readonly kty: string; readonly kid?: string | undefined };

export interface KeySetOptions {
  readonly settings: Pick<IdentitySettings, 'issuer' | 'jwksUri'>;
  readonly fetchJson: FetchJson;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

export interface KeySet {
  /**
   * The key of a name, or without one the only key there is; undefined when the issuer has none.
   *
   * @throws GatewayError SERVICE_UNAVAILABLE when the issuer does not answer and the key is not known.
   */
  find(kid: string | undefined): Promise<PublicKey | undefined>;
}

const FETCH = { timeoutMs: 3_000, maxBytes: 256 * 1024 };

/** Between two questions for keys, when the first was answered. */
const ASK_AGAIN_MS = 10_000;
/** The same when it was not. */
const TRY_AGAIN_MS = 1_000;
/** The same with a good key at hand: each call that asks waits for an issuer that may not answer at all. */
const ASK_DOWN_MS = 60_000;
const FRESH_MS = 3_600_000;
const GOOD_MS = 24 * 3_600_000;

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });
const Configuration = z.object({ issuer: z.string(), jwks_uri: z.string() });

interface Fetched {
  readonly keys: readonly PublicKey[];
  readonly atMs: number;
}

/** Asks nothing before the first key is needed. */
export function createKeySet({ settings, fetchJson, clock, log }: KeySetOptions): KeySet {
  let known: Fetched | undefined;
  let last: { readonly atMs: number; readonly failed: boolean } | undefined;
  let fetching: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    try {
      const { keys } = Keys.parse(await fetchJson(await keysUrl(settings, fetchJson), FETCH));
      last = { atMs: clock.now(), failed: false };
      known = { keys, atMs: last.atMs };
    } catch (cause) {
      last = { atMs: clock.now(), failed: true };
      log.error('the keys of the issuer cannot be read', { issuer: settings.issuer, cause });
    }
  };

  /** Resolves once keys were asked for just now, by whomever. */
  const refresh = (): Promise<void> => {
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  const mayAsk = (hasKey: boolean): boolean => {
    if (last === undefined) return true;
    const pauseMs = last.failed ? (hasKey ? ASK_DOWN_MS : TRY_AGAIN_MS) : ASK_AGAIN_MS;
    return clock.now() - last.atMs >= pauseMs;
  };
  const good = (): readonly PublicKey[] | undefined => (known && clock.now() - known.atMs < GOOD_MS ? known.keys : undefined);
  const isFresh = (): boolean => known !== undefined && clock.now() - known.atMs < FRESH_MS;

  return {
    find: async (kid) => {
      const before = pick(good() ?? [], kid);
      if (before && isFresh()) return before;
      if (fetching !== undefined || mayAsk(before !== undefined)) await refresh();
      const keys = good();
      const found = keys && pick(keys, kid);
      if (found) return found;
      // A key that the issuer may have by now is not refused for good.
      if (keys === undefined || last?.failed)
        throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] tokens cannot be checked now; try again', {
          retryAfterMs: TRY_AGAIN_MS,
        });
      return undefined;
    },
  };
}

function pick(keys: readonly PublicKey[], kid: string | undefined): PublicKey | undefined {
  if (kid !== undefined) return keys.find((key) => key.kid === kid);
  return keys.length === 1 ? keys[0] : undefined;
}

async function keysUrl({ issuer, jwksUri }: KeySetOptions['settings'], fetch: FetchJson): Promise<string> {
  if (jwksUri !== undefined) return jwksUri;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const configuration = Configuration.parse(await fetch(url, FETCH));
  if (configuration.issuer !== issuer)
    throw new Error(
      `[IDENTITY] ${url} is of the issuer ${configuration.issuer}, expected ${issuer}; correct "identity" in the stage's settings`,
    );
  if (new URL(configuration.jwks_uri).protocol !== new URL(issuer).protocol)
    throw new Error(`[IDENTITY] keys are at ${configuration.jwks_uri}, expected the protocol of ${issuer}`);
  return configuration.jwks_uri;
}
