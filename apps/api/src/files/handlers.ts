/**
 * The files service. A file is seen once its object is in the bucket and no sooner: `list` asks the bucket about every record of its
 * page and leaves unfinished uploads out, so a page may be shorter than its limit and still have a next one.
 */

import { MAX_RANGE_BYTES } from '@org/gateway-contract';
import { type Implementation, implement } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { fileRecord, URL_LIFETIME_SECONDS, uploadedFile } from './file-record.js';
import { finishUpload } from './finish-upload.js';
import { forgetAbandoned } from './forget-abandoned.js';
import { completeParts, findUpload, recordOf, signParts } from './multipart.js';
import { putFile } from './put-file.js';
import { filesService } from './service.js';
import { partPlan } from './upload-parts.js';
import { usageOf } from './usage.js';

const SIGNED = { expiresInSeconds: URL_LIFETIME_SECONDS };

/** The service's handlers, with their source of keys. */
export function filesHandlers(randomBytes: RandomBytes): Implementation {
  return implement(filesService, {
    upload: async ({ input: { name, contentType, bytes, sha256 }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const checksum = sha256 === undefined ? {} : { sha256 };
      const { url, headers, expiresAtMs } = await ctx.uploads.presignPut(key, { contentType, bytes, ...checksum, ...SIGNED });
      await ctx.table.put(fileRecord({ key, name, contentType, bytes }, ctx.now()));
      return { key, url, headers: { ...headers }, expiresAtMs };
    },

    form: async ({ input: { name, contentType, maxBytes }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const { url, fields, expiresAtMs } = await ctx.uploads.presignPost(key, { contentType, maxBytes, ...SIGNED });
      await ctx.table.put(fileRecord({ key, name, contentType, bytes: maxBytes, upTo: true }, ctx.now()));
      return { key, url, fields: { ...fields }, expiresAtMs };
    },

    uploaded: async ({ input: { key }, ctx, errors }) => {
      const item = await ctx.table.get({ key });
      return item === undefined ? errors.NOT_FOUND({ key }) : finishUpload(ctx, item, errors);
    },

    put: async ({ input: { name, contentType, content }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      return putFile(ctx, { key, name, contentType, body: Buffer.from(content, 'base64') });
    },

    beginUpload: async ({ input: { name, contentType, bytes }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const { uploadId } = await ctx.uploads.createUpload(key, { contentType });
      await ctx.table.put(fileRecord({ key, name, contentType, bytes, uploadId }, ctx.now()));
      const plan = partPlan(bytes);
      return { key, partBytes: plan.bytes, parts: plan.count };
    },

    signParts: async ({ input: { key, part }, ctx, errors }) => {
      const item = await recordOf(ctx, key);
      if (item === undefined) return errors.NOT_FOUND({ key });
      const { count } = partPlan(item.bytes);
      if (part.some((each) => each > count)) return errors.NO_SUCH_PART({ key, parts: count });
      return { parts: await signParts(ctx, item, part) };
    },

    listParts: async ({ input: { key }, ctx, errors }) => {
      const upload = await findUpload(ctx, key);
      if (upload === undefined) return errors.NOT_FOUND({ key });
      const { plan, arrived, missing } = upload;
      return { partBytes: plan.bytes, parts: plan.count, arrived: arrived.map(({ partNumber }) => partNumber), missing: [...missing] };
    },

    // Repeated after its answer got lost, it finds no upload and the finished file.
    completeUpload: async ({ input: { key }, ctx, errors }) => {
      const item = await recordOf(ctx, key);
      if (item === undefined) return errors.NOT_FOUND({ key });
      const missing = await completeParts(ctx, key);
      return missing.length > 0 ? errors.PARTS_MISSING({ key, missing: [...missing] }) : finishUpload(ctx, item, errors);
    },

    abortUpload: async ({ input: { key }, ctx, errors }) => {
      const upload = await findUpload(ctx, key);
      if (upload === undefined) return errors.NOT_FOUND({ key });
      await ctx.uploads.abortUpload(key, upload.item.uploadId);
      await ctx.table.delete({ key });
      return { key };
    },

    list: async ({ input: { limit, cursor }, ctx }) => {
      const page = await ctx.table.query({ index: 'byChange', where: { collection: 'files' }, descending: true, limit, cursor });
      const files = await Promise.all(page.items.map((item) => uploadedFile(ctx, item)));
      await forgetAbandoned(
        ctx,
        page.items.filter((_, at) => files[at] === undefined),
      );
      return { items: files.filter((file) => file !== undefined), nextCursor: page.cursor };
    },

    usage: async ({ ctx }) => usageOf(ctx),

    get: async ({ input: { key }, ctx, errors }) => {
      const item = await ctx.table.get({ key });
      const file = item && (await uploadedFile(ctx, item));
      if (file === undefined) return errors.NOT_FOUND({ key });
      const { url, expiresAtMs } = await ctx.uploads.presignGet(key, { downloadAs: file.name, ...SIGNED });
      return { ...file, url, expiresAtMs };
    },

    content: async ({ input: { key, from, to }, ctx, errors }) => {
      const item = await ctx.table.get({ key });
      const file = item && (await uploadedFile(ctx, item));
      if (file === undefined) return errors.NOT_FOUND({ key });
      const last = Math.min(to ?? file.bytes, from + MAX_RANGE_BYTES - 1, file.bytes - 1);
      if (last < from) return errors.OUT_OF_RANGE({ key, bytes: file.bytes });
      const object = await ctx.uploads.getRange(key, { from, to: last });
      if (object === undefined) return errors.NOT_FOUND({ key });
      const { contentType, bytes, body } = object;
      return { contentType, bytes, from, to: last, content: Buffer.from(body).toString('base64') };
    },

    // What is in the bucket first: a record without object is no file, an object without record would stay for ever.
    remove: async ({ input: { key }, ctx, errors }) => {
      const item = await ctx.table.get({ key });
      if (item === undefined) return errors.NOT_FOUND({ key });
      if (item.uploadId !== undefined) await ctx.uploads.abortUpload(key, item.uploadId);
      await ctx.uploads.delete(key);
      await ctx.table.delete({ key });
      return { key };
    },
  });
}
