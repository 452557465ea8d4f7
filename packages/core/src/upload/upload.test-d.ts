/** Types of uploads: the limits are in the contract's type, and what callers see is written out. Compiled; nothing here runs. */

import type { InputOf, OutputOf } from '../dsl/infer.js';
import { service } from '../dsl/service.js';
import { type Exact, exact } from '../exact.test-d.js';
import type { UploadLimitsOf } from './limits.js';
import { upload } from './upload.js';

const avatars = service('avatars', { ...upload({ accept: ['image/*', 'text/plain'], maxBytes: 60_000_000 }) });
type Avatars = typeof avatars.procedures;

exact<Exact<UploadLimitsOf<typeof avatars>, { readonly accept: readonly ['image/*', 'text/plain']; readonly maxBytes: 60_000_000 }>>();
exact<Exact<InputOf<Avatars['upload']>, { name: string; contentType: string; bytes: number; sha256?: string | undefined }>>();
exact<Exact<OutputOf<Avatars['completeUpload']>['uploadedAtMs'], number>>();

export const limits: UploadLimitsOf<typeof avatars> = { accept: ['image/*', 'text/plain'], maxBytes: 60_000_000 };
// @ts-expect-error a page's limits are the contract's
export const others: UploadLimitsOf<typeof avatars> = { accept: ['image/*', 'text/plain'], maxBytes: 60_000_001 };
