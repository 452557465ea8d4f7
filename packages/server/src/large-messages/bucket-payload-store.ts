/**
 * `PayloadStore` in an S3 bucket. An upload's URL is signed for its length and SHA-256, so that S3 refuses anything else; they are looked at again
 * when the message is read, because the reader cannot know who signed.
 */

import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient } from '../service/bucket.js';
import { KEPT_DAYS } from '../service/realtime.js';
import { MAX_PAYLOAD_BYTES, type PayloadStore, URL_KEPT_SECONDS } from './payload-store.js';

export interface BucketPayloadStoreOptions {
  readonly bucket: Pick<BucketClient, 'get' | 'put' | 'presignGet' | 'presignPut'>;
  /** Letters and digits, at least 128 random bits. */
  readonly newId: () => string;
}

const CONTENT_TYPE = 'application/json';

/** What clients put and what we keep. */
const INCOMING = 'in/';
const OUTGOING = 'out/';

/** Payloads in a bucket. */
export function createBucketPayloadStore({ bucket, newId }: BucketPayloadStoreOptions): PayloadStore {
  return {
    place: async ({ bytes, sha256 }) => {
      if (bytes > MAX_PAYLOAD_BYTES) {
        throw new GatewayError(
          'PAYLOAD_TOO_LARGE',
          `[PAYLOAD_TOO_LARGE] a message has at most ${MAX_PAYLOAD_BYTES} bytes: got ${bytes}; send less`,
        );
      }
      const key = `${INCOMING}${newId()}`;
      const checksum = Buffer.from(sha256, 'hex').toString('base64');
      const { url, headers } = await bucket.presignPut(key, {
        contentType: CONTENT_TYPE,
        bytes,
        sha256: checksum,
        expiresInSeconds: URL_KEPT_SECONDS,
      });
      return { url, headers, key };
    },
    read: async ({ key, bytes, sha256 }) => {
      const found = key.startsWith(INCOMING) ? await bucket.get(key) : undefined;
      if (found === undefined)
        throw new GatewayError(
          'NOT_FOUND',
          '[NOT_FOUND] there is no message under this key; ask gw.upload for one and put the message there',
        );
      const got = { bytes: found.body.byteLength, sha256: hashOf(found.body) };
      if (got.bytes !== bytes || got.sha256 !== sha256) {
        throw new GatewayError(
          'BAD_REQUEST',
          `[BAD_REQUEST] the message is not the one referred to: got ${got.bytes} bytes with SHA-256 ${got.sha256}, expected ${bytes} with ${sha256}; upload it again`,
        );
      }
      return textOf(found.body);
    },
    keep: async (text, keptSeconds) => {
      const body = Buffer.from(text);
      const key = `${OUTGOING}${daysOf(keptSeconds)}/${newId()}`;
      await bucket.put(key, body, { contentType: CONTENT_TYPE });
      return { key, bytes: body.byteLength, sha256: hashOf(body) };
    },
    link: async ({ key, bytes, sha256 }) => {
      const { url } = await bucket.presignGet(key, { expiresInSeconds: URL_KEPT_SECONDS });
      return { url, bytes, sha256 };
    },
  };
}

/** S3 counts days from the midnight that follows, so a class is never too short. */
function daysOf(keptSeconds: number): number {
  return KEPT_DAYS.find((days) => keptSeconds <= days * 86_400) ?? (KEPT_DAYS.at(-1) as number);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', '[BAD_REQUEST] the message is no UTF-8 text', { cause });
  }
}
