/**
 * The keys that requests are signed with: fixed ones, or those of a provider, which is asked again five minutes before they expire.
 */

import type { AwsCredentials, AwsCredentialsProvider } from '../../resources/aws-options.js';
import { SendError } from '../sender.js';

/** The SDK's own clients renew them that early. */
const RENEWED_BEFORE_MS = 300_000;

/** Resolves with keys that are good now. One question at a time is asked of a provider; its failure is `unreachable`, and asked again. */
export function createKeys(
  source: AwsCredentials | AwsCredentialsProvider,
  now: () => number,
): () => AwsCredentials | Promise<AwsCredentials> {
  if (typeof source !== 'function') return () => source;
  let known: AwsCredentials | undefined;
  let asked: Promise<AwsCredentials> | undefined;
  const ask = async () => {
    try {
      known = await source();
      return known;
    } catch (cause) {
      throw new SendError('unreachable', `no credentials: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    } finally {
      asked = undefined;
    }
  };
  return () => {
    const good = known !== undefined && (known.expiration === undefined || now() < known.expiration.getTime() - RENEWED_BEFORE_MS);
    if (good) return known as AwsCredentials;
    asked ??= ask();
    return asked;
  };
}
