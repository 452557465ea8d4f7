/**
 * The schemas that procedures of uploads are made of, for those a service adds by itself.
 */

import * as z from 'zod';
import { acceptedTypes, type UploadLimits } from './limits.js';

/** What a file may be called. */
export const FileName = () =>
  z.string().regex(/^[^\\/\p{Cc}]{1,200}$/u, 'expected 1 to 200 characters without slashes or control characters');

/** What a file is asked for by. */
export const FileKey = () => z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the key an upload answered with');

/** A media type that `accept` names. */
export const MediaType = ({ accept }: Pick<UploadLimits, 'accept'>) => {
  const expected = accept.includes('*/*') ? 'a media type such as image/png' : accept.join(' or ');
  return z.string().regex(acceptedTypes(accept), `expected ${expected}`);
};

/** A checksum of S3's. */
export const Sha256 = () => z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected a SHA-256 as base64, 44 characters');

/** Headers that a request to a signed URL must carry, or the signature does not match. */
export const SignedHeaders = () => z.record(z.string(), z.string());

/** From 1. */
export const PartNumber = () => z.int().min(1).max(10_000);

/** A file that is there. */
export const UploadedFile = () =>
  z.object({ key: z.string(), name: z.string(), contentType: z.string(), bytes: z.int().nonnegative(), uploadedAtMs: z.int() });

/** No file has this key. */
export const MissingFile = () => z.object({ key: z.string() });

/** What arrived was not what was asked for; it has been removed. */
export const OtherSize = () => z.object({ key: z.string(), bytes: z.int(), expected: z.int() });
