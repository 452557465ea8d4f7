/**
 * The types of a service's uploads, written out: the emitted declarations of a contract name them and nothing of zod.
 */

import type { NoErrors, Procedure } from '../dsl/procedure.js';
import type { LimitedUpload, UploadLimits } from './limits.js';

type Query<TInput, TOutput, TErrors> = Procedure<'query', TInput, TInput, TOutput, TOutput, TErrors>;
type Mutation<TInput, TOutput, TErrors> = Procedure<'mutation', TInput, TInput, TOutput, TOutput, TErrors>;

/** A URL to PUT bytes to, with the headers the request must carry. */
export interface SignedPut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A file that is there. */
export interface UploadedFile {
  key: string;
  name: string;
  contentType: string;
  bytes: number;
  uploadedAtMs: number;
}

type Missing = { key: string };
type WrongSize = { key: string; bytes: number; expected: number };

/** What `upload({ … })` adds to a service. */
export interface UploadProcedures<TLimits extends UploadLimits = UploadLimits> {
  readonly upload: Mutation<
    { name: string; contentType: string; bytes: number; sha256?: string | undefined },
    { key: string; url: string; headers: Record<string, string>; expiresAtMs: number },
    NoErrors
  > &
    LimitedUpload<TLimits>;
  readonly uploaded: Mutation<{ key: string }, UploadedFile, { NOT_FOUND: Missing; WRONG_SIZE: WrongSize }>;
  readonly beginUpload: Mutation<
    { name: string; contentType: string; bytes: number; checksums?: boolean | undefined },
    { key: string; partBytes: number; parts: number },
    NoErrors
  > &
    LimitedUpload<TLimits>;
  readonly signParts: Query<
    { key: string; part: number[]; sha256?: string[] | undefined },
    { parts: { part: number; bytes: number; url: string; headers: Record<string, string>; expiresAtMs: number }[] },
    { NOT_FOUND: Missing; NO_SUCH_PART: { key: string; parts: number }; CHECKSUMS_MISSING: Missing }
  >;
  readonly listParts: Query<
    { key: string },
    { partBytes: number; parts: number; arrived: number[]; missing: number[]; sha256?: string[] | undefined },
    { NOT_FOUND: Missing }
  >;
  readonly completeUpload: Mutation<
    { key: string },
    UploadedFile,
    { NOT_FOUND: Missing; WRONG_SIZE: WrongSize; PARTS_MISSING: { key: string; missing: number[] } }
  >;
  readonly abortUpload: Mutation<{ key: string }, { key: string }, { NOT_FOUND: Missing }>;
}
