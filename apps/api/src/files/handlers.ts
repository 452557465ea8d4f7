/**
 * The files service. A file is seen once its object is in the bucket and no sooner: `list` asks the bucket about every record of its
 * page and leaves unfinished uploads out, so a page may be shorter than its limit and still have a next one.
 */

import { MAX_RANGE_BYTES } from '@org/gateway-contract';
import { type Implementation, implement, URL_LIFETIME_SECONDS, uploadHandlers } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { fileRecords, uploadedFile } from './file-record.js';
import { forgetAbandoned } from './forget-abandoned.js';
import { putFile } from './put-file.js';
import { filesService } from './service.js';
import { tell } from './tell.js';
import { usageOf } from './usage.js';

const SIGNED = { expiresInSeconds: URL_LIFETIME_SECONDS };

/** The service's handlers, with their source of keys. */
export function filesHandlers(randomBytes: RandomBytes): Implementation {
  return implement(filesService, {
    ...uploadHandlers(filesService, {
      bucket: 'uploads',
      records: fileRecords,
      newKey: (nowMs) => newId(nowMs, randomBytes),
      onUploaded: tell,
    }),

    form: async ({ input: { name, contentType, maxBytes }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const { url, fields, expiresAtMs } = await ctx.uploads.presignPost(key, { contentType, maxBytes, ...SIGNED });
      await fileRecords(ctx).put({ key, name, contentType, bytes: maxBytes, upTo: true, requestedAtMs: ctx.now() });
      return { key, url, fields: { ...fields }, expiresAtMs };
    },

    put: async ({ input: { name, contentType, content }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      return putFile(ctx, { key, name, contentType, body: Buffer.from(content, 'base64') });
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
