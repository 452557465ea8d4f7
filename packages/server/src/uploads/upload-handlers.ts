/**
 * Handlers of the procedures that `upload({ … })` adds to a service, over a bucket it declares:
 * `implement(filesService, { ...uploadHandlers(filesService, { bucket: 'files' }), … })`.
 *
 * Type, size and checksum are part of what is signed, so the bucket refuses anything else; what arrived is checked again at the end.
 */

import { randomUUID } from 'node:crypto';
import type { AnyService, UploadedFile, UploadProcedures } from '@org/gateway-core';
import type { GatewayError } from '@org/gateway-core/errors';
import type { CallContext } from '../execute/context.js';
import type { Handler, HandlerContext } from '../execute/handler-types.js';
import type { BucketClient } from '../service/bucket.js';
import type { ServiceDeclaration, Uses } from '../service/define-service.js';
import type { Grant } from '../service/grant.js';
import { partPlan } from './part-plan.js';
import { completeParts, findUpload, partsRecord, signParts, type UploadBucket, type UploadPlace } from './part-upload.js';
import { bucketRecords, type UploadRecord, type UploadRecords, URL_LIFETIME_SECONDS, uploadedFile } from './upload-record.js';

/** One handler for each procedure of `upload({ … })`. */
export type UploadHandlers<TContext> = {
  readonly [TName in keyof UploadProcedures]: Handler<UploadProcedures[TName], TContext>;
};

/** Names in `uses` of buckets with the rights to these operations. */
export type BucketName<TUses extends Uses, TClient> = {
  [TName in keyof TUses]: TUses[TName] extends Grant<infer TGranted> ? (TGranted extends TClient ? TName : never) : never;
}[keyof TUses] &
  string;

interface CommonOptions<TContext> {
  /** A key nobody can guess: 1 to 64 letters, digits and dashes. @default a random UUID */
  readonly newKey?: (nowMs: number) => string;
  /** Called when a file is there, before its caller is told; it may be called again for the same one. */
  readonly onUploaded?: (ctx: TContext, file: UploadedFile) => Promise<void>;
}

/** Where a service's uploads go and are remembered. Without `records` that is the bucket too, with the rights to `get` and `put`. */
export type UploadsOptions<TUses extends Uses, TContext> = CommonOptions<TContext> &
  (
    | { readonly bucket: BucketName<TUses, UploadBucket>; readonly records: (ctx: TContext) => UploadRecords }
    | { readonly bucket: BucketName<TUses, UploadBucket & Pick<BucketClient, 'get' | 'put'>>; readonly records?: undefined }
  );

/** The handlers. Each call ends with the errors of its procedure, or with SERVICE_UNAVAILABLE when the bucket cannot be reached. */
export function uploadHandlers<TService extends AnyService, TUses extends Uses>(
  _declaration: ServiceDeclaration<TService, TUses>,
  options: UploadsOptions<TUses, HandlerContext<TService, TUses>>,
): UploadHandlers<HandlerContext<TService, TUses>> {
  const { bucket: name, records, newKey = () => randomUUID(), onUploaded } = options;
  return handlersAt<HandlerContext<TService, TUses>>({
    newKey,
    onUploaded,
    placeOf: (ctx) => {
      // The option's type says that it is there, with these rights.
      const bucket = ctx[name] as unknown as UploadBucket & Pick<BucketClient, 'get' | 'put'>;
      return { bucket, records: records?.(ctx) ?? bucketRecords(bucket) };
    },
  });
}

interface Parts<TContext> {
  readonly newKey: (nowMs: number) => string;
  readonly onUploaded: ((ctx: TContext, file: UploadedFile) => Promise<void>) | undefined;
  readonly placeOf: (ctx: TContext) => UploadPlace;
}

function handlersAt<TContext extends CallContext>({ newKey, onUploaded, placeOf }: Parts<TContext>): UploadHandlers<TContext> {
  const finish = async (ctx: TContext, record: UploadRecord, errors: FinishErrors): Promise<UploadedFile | GatewayError> => {
    const file = await checked(placeOf(ctx), record, errors);
    if ('uploadedAtMs' in file) await onUploaded?.(ctx, file);
    return file;
  };
  return {
    upload: async ({ input: { name, contentType, bytes, sha256 }, ctx }) => {
      const { bucket, records } = placeOf(ctx);
      const key = newKey(ctx.now());
      const checksum = sha256 === undefined ? {} : { sha256 };
      const signed = await bucket.presignPut(key, { contentType, bytes, ...checksum, expiresInSeconds: URL_LIFETIME_SECONDS });
      await records.put({ key, name, contentType, bytes, requestedAtMs: ctx.now() });
      return { key, url: signed.url, headers: { ...signed.headers }, expiresAtMs: signed.expiresAtMs };
    },

    uploaded: async ({ input: { key }, ctx, errors }) => {
      const record = await placeOf(ctx).records.get(key);
      return record === undefined ? errors.NOT_FOUND({ key }) : finish(ctx, record, errors);
    },

    beginUpload: async ({ input: { name, contentType, bytes, checksums = false }, ctx }) => {
      const { bucket, records } = placeOf(ctx);
      const key = newKey(ctx.now());
      const { uploadId } = await bucket.createUpload(key, { contentType, checksums });
      await records.put({ key, name, contentType, bytes, uploadId, checksums, requestedAtMs: ctx.now() });
      const plan = partPlan(bytes);
      return { key, partBytes: plan.bytes, parts: plan.count };
    },

    signParts: async ({ input: { key, part: numbers, sha256 }, ctx, errors }) => {
      const place = placeOf(ctx);
      const record = await partsRecord(place, key);
      if (record === undefined) return errors.NOT_FOUND({ key });
      const { count } = partPlan(record.bytes);
      if (numbers.some((each) => each > count)) return errors.NO_SUCH_PART({ key, parts: count });
      if (record.checksums && sha256?.length !== numbers.length) return errors.CHECKSUMS_MISSING({ key });
      return { parts: await signParts(place, record, { numbers, sha256: record.checksums ? sha256 : undefined }) };
    },

    listParts: async ({ input: { key }, ctx, errors }) => {
      const upload = await findUpload(placeOf(ctx), key);
      if (upload === undefined) return errors.NOT_FOUND({ key });
      const { plan, arrived, missing, record } = upload;
      const status = {
        partBytes: plan.bytes,
        parts: plan.count,
        arrived: arrived.map(({ partNumber }) => partNumber),
        missing: [...missing],
      };
      return record.checksums ? { ...status, sha256: arrived.map(({ sha256 = '' }) => sha256) } : status;
    },

    // Repeated after its answer got lost, it finds no upload and the finished file.
    completeUpload: async ({ input: { key }, ctx, errors }) => {
      const place = placeOf(ctx);
      const record = await partsRecord(place, key);
      if (record === undefined) return errors.NOT_FOUND({ key });
      const missing = await completeParts(place, key);
      return missing.length > 0 ? errors.PARTS_MISSING({ key, missing: [...missing] }) : finish(ctx, record, errors);
    },

    abortUpload: async ({ input: { key }, ctx, errors }) => {
      const isGivenUp = await giveUp(placeOf(ctx), key, ctx.now());
      return isGivenUp ? { key } : errors.NOT_FOUND({ key });
    },
  };
}

interface FinishErrors {
  NOT_FOUND(data: { key: string }): GatewayError;
  WRONG_SIZE(data: { key: string; bytes: number; expected: number }): GatewayError;
}

/** The file, once it is known to be whole. What has another size than was asked for is removed. */
async function checked({ bucket }: UploadPlace, record: UploadRecord, errors: FinishErrors): Promise<UploadedFile | GatewayError> {
  const { key, bytes: expected, upTo } = record;
  const object = await bucket.head(key);
  if (object === undefined) return errors.NOT_FOUND({ key });
  if (upTo === true ? object.bytes > expected : object.bytes !== expected) {
    await bucket.delete(key);
    return errors.WRONG_SIZE({ key, bytes: object.bytes, expected });
  }
  return uploadedFile(record, object);
}

/**
 * Removes what arrived of an upload that is under way; one in one request is for as long as its URL is good. Its record stays: a body that is
 * still on its way would be nobody's without it.
 */
async function giveUp(place: UploadPlace, key: string, nowMs: number): Promise<boolean> {
  const record = await place.records.get(key);
  if (record === undefined) return false;
  if (record.uploadId === undefined) {
    if (nowMs - record.requestedAtMs > URL_LIFETIME_SECONDS * 1_000) return false;
    await place.bucket.delete(key);
    return true;
  }
  if ((await findUpload(place, key)) === undefined) return false;
  await place.bucket.abortUpload(key, record.uploadId);
  await place.records.delete(key);
  return true;
}
