/**
 * Remembers uploads that have begun, so that a file that is chosen again after a reload goes on from the parts that arrived. A file is known
 * by its name, size and date; whether its content is the same is seen by the checksums of its parts.
 */

import type { ResumeToken } from '@org/gateway-client/files';

/** What is asked of `localStorage`. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type KnownFile = Pick<File, 'name' | 'size' | 'lastModified'>;

export interface BegunUploads {
  get(file: KnownFile): ResumeToken | undefined;
  set(file: KnownFile, upload: ResumeToken | undefined): void;
}

/** Where nothing can be stored, nothing is remembered. */
export function begunUploads(storage: TextStorage): BegunUploads {
  const placeOf = ({ name, size, lastModified }: KnownFile) => `upload ${size} ${lastModified} ${name}`;
  return {
    get(file) {
      const key = storage.getItem(placeOf(file));
      return key === null ? undefined : { key };
    },
    set(file, upload) {
      try {
        if (upload) storage.setItem(placeOf(file), upload.key);
        else storage.removeItem(placeOf(file));
      } catch {
        // It is full, or the person allows none.
      }
    },
  };
}
