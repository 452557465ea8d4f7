/**
 * The files service. A file is seen once its object is in the bucket and no sooner: `list` asks the bucket about every record of its
 * page and leaves unfinished uploads out, so a page may be shorter than its limit and still have a next one.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type Implementation, implement } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { fileInfo, fileRecord, URL_LIFETIME_SECONDS, uploadedFile } from './file-record.js';
import { filesService } from './service.js';

/** The service's handlers, with their source of keys. */
export function filesHandlers(randomBytes: RandomBytes): Implementation {
  return implement(filesService, {
    upload: async ({ input: { name, contentType, bytes }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const signed = await ctx.uploads.presignPut(key, { contentType, bytes, expiresInSeconds: URL_LIFETIME_SECONDS });
      await ctx.table.put(fileRecord({ key, name, contentType, bytes }, ctx.now()));
      return { key, url: signed.url, headers: { ...signed.headers }, expiresAtMs: signed.expiresAtMs };
    },

    put: async ({ input: { name, contentType, content }, ctx }) => {
      const key = newId(ctx.now(), randomBytes);
      const body = Buffer.from(content, 'base64');
      const record = fileRecord({ key, name, contentType, bytes: body.byteLength }, ctx.now());
      // The record first, as for an upload: cut off in between it is forgotten after a day, an object without record would stay for ever.
      await ctx.table.put(record);
      await ctx.uploads.put(key, body, { contentType });
      const object = await ctx.uploads.head(key);
      if (object === undefined) throw new GatewayError('INTERNAL_SERVER_ERROR', `object ${key} is gone right after it was put`);
      return fileInfo(record, object);
    },

    list: async ({ input: { limit, cursor }, ctx }) => {
      const page = await ctx.table.query({ index: 'byChange', where: { collection: 'files' }, descending: true, limit, cursor });
      const files = await Promise.all(page.items.map((item) => uploadedFile(ctx, item)));
      return { items: files.filter((file) => file !== undefined), nextCursor: page.cursor };
    },

    get: async ({ input: { key }, ctx, errors }) => {
      const item = await ctx.table.get({ key });
      const file = item && (await uploadedFile(ctx, item));
      if (file === undefined) return errors.NOT_FOUND({ key });
      const signed = await ctx.uploads.presignGet(key, { expiresInSeconds: URL_LIFETIME_SECONDS, downloadAs: file.name });
      return { ...file, url: signed.url, expiresAtMs: signed.expiresAtMs };
    },

    // The object first: a record without object is no file, an object without record would stay for ever.
    remove: async ({ input: { key }, ctx, errors }) => {
      if ((await ctx.table.get({ key })) === undefined) return errors.NOT_FOUND({ key });
      await ctx.uploads.delete(key);
      await ctx.table.delete({ key });
      return { key };
    },
  });
}
