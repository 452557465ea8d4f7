/**
 * Uploads in parts. The record knows S3's id of the upload, so that a caller needs only the key, also to go on after a week. Which parts
 * arrived is asked of S3 alone.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { UploadedPart } from '@org/gateway-server/service';
import type { FilesContext } from './context.js';
import { URL_LIFETIME_SECONDS } from './file-record.js';
import type { FileItem } from './resources.js';
import { type PartPlan, partPlan } from './upload-parts.js';

/** An upload in parts: its record, its plan and what arrived. */
export interface PartUpload {
  readonly item: FileItem & { readonly uploadId: string };
  readonly plan: PartPlan;
  /** Parts of the right size. */
  readonly arrived: readonly UploadedPart[];
  readonly missing: readonly number[];
}

/** The upload under way for a key, or undefined. */
export async function findUpload(ctx: FilesContext, key: string): Promise<PartUpload | undefined> {
  const item = await recordOf(ctx, key);
  if (item === undefined) return undefined;
  const parts = await ctx.uploads.listParts(key, item.uploadId);
  if (parts === undefined) return undefined;
  const plan = partPlan(item.bytes);
  const arrived = parts.filter(({ partNumber, bytes }) => partNumber <= plan.count && bytes === plan.sizeOf(partNumber));
  const numbers = new Set(arrived.map(({ partNumber }) => partNumber));
  const missing = Array.from({ length: plan.count }, (_, at) => at + 1).filter((partNumber) => !numbers.has(partNumber));
  return { item, plan, arrived, missing };
}

/** The record of an upload in parts, under way or completed. */
export async function recordOf(ctx: FilesContext, key: string): Promise<PartUpload['item'] | undefined> {
  const item = await ctx.table.get({ key });
  return item?.uploadId === undefined ? undefined : { ...item, uploadId: item.uploadId };
}

/** Signed URLs for parts. */
export async function signParts(ctx: FilesContext, { key, uploadId, bytes }: PartUpload['item'], partNumbers: readonly number[]) {
  const plan = partPlan(bytes);
  return Promise.all(
    [...new Set(partNumbers)].map(async (part) => {
      const size = plan.sizeOf(part);
      const signed = await ctx.uploads.presignPart(key, {
        uploadId,
        partNumber: part,
        bytes: size,
        expiresInSeconds: URL_LIFETIME_SECONDS,
      });
      return { part, bytes: size, url: signed.url, headers: { ...signed.headers }, expiresAtMs: signed.expiresAtMs };
    }),
  );
}

/**
 * Makes the object of the parts. Resolves with the numbers of those that are missing, and has done nothing then. Without an upload under way
 * there is nothing to do: the object tells whether it was completed before.
 */
export async function completeParts(ctx: FilesContext, key: string): Promise<readonly number[]> {
  const upload = await findUpload(ctx, key);
  if (upload === undefined || upload.missing.length > 0) return upload?.missing ?? [];
  try {
    await ctx.uploads.completeUpload(key, upload.item.uploadId, upload.arrived);
  } catch (cause) {
    // Somebody else completed it just now.
    if (!(cause instanceof GatewayError && cause.code === 'NOT_FOUND')) throw cause;
  }
  return [];
}
