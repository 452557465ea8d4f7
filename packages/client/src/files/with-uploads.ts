/**
 * `gateway.files.upload(file)`: a client whose upload procedures can be called with a file. Pages that do not import it carry none of it.
 */

import type { Uploader, UploaderOptions, UploadService } from './upload-options.js';
import { uploader } from './uploader.js';

/** A client whose services with uploads have `upload` as an uploader too. */
export type WithUploads<TGateway> = {
  readonly [TName in keyof TGateway]: TGateway[TName] extends UploadService
    ? TGateway[TName] & { readonly upload: Uploader }
    : TGateway[TName];
};

/** The same client, with uploads: `withUploads(createGatewayClient({ url })).files.upload(file, { onProgress })`. */
export function withUploads<TGateway extends object>(gateway: TGateway, options?: UploaderOptions): WithUploads<TGateway> {
  return wrapped(gateway, (service, name) => {
    // A `then` would make it a promise, and `$…` are no services.
    if (typeof name !== 'string' || /^\$|^then$/.test(name) || typeof service !== 'object' || service === null) return service;
    return wrapped(service, (procedure, called) =>
      called === 'upload' ? Object.assign(uploader(service as UploadService, options), procedure) : procedure,
    );
  }) as WithUploads<TGateway>;
}

/** An object whose properties are what is made of another's, each once. */
function wrapped(target: object, make: (value: unknown, name: PropertyKey) => unknown): object {
  const made = new Map<PropertyKey, unknown>();
  return new Proxy(target, {
    get(from, name) {
      if (!made.has(name)) made.set(name, make(Reflect.get(from, name), name));
      return made.get(name);
    },
  });
}
