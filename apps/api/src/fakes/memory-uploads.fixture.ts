/**
 * Uploads in parts of a bucket in memory: S3's rules for what is complete, and nothing visible before.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { ObjectOptions, UploadedPart } from '@org/gateway-server/service';

type UploadOptions = ObjectOptions & { readonly checksums?: boolean };

type Part = UploadedPart & { readonly body: Uint8Array };

export interface MemoryUploads {
  create(key: string, options: UploadOptions): { readonly uploadId: string };
  /** A part arrives, or arrives anew. */
  arrive(uploadId: string, partNumber: number, body: Uint8Array, sha256?: string): void;
  parts(uploadId: string): readonly UploadedPart[] | undefined;
  complete(uploadId: string, parts: readonly Omit<UploadedPart, 'bytes'>[]): void;
  abort(uploadId: string): void;
  /** Ids of the uploads under way. */
  underway(): readonly string[];
}

/** S3 user guide, "Multipart upload limits". */
const MIN_PART_BYTES = 5 * 1_048_576;

/** No uploads; `store` takes the finished object. */
export function memoryUploads(store: (key: string, body: Uint8Array, options: ObjectOptions) => void): MemoryUploads {
  const uploads = new Map<string, { readonly key: string; readonly options: UploadOptions; readonly parts: Map<number, Part> }>();
  let created = 0;
  const partsOf = (uploadId: string) => {
    const parts = uploads.get(uploadId)?.parts.values();
    return parts && [...parts].sort((one, other) => one.partNumber - other.partNumber);
  };
  return {
    create: (key, options) => {
      created += 1;
      uploads.set(`upload-${created}`, { key, options, parts: new Map() });
      return { uploadId: `upload-${created}` };
    },
    arrive: (uploadId, partNumber, body, sha256) => {
      const part = { partNumber, etag: `"${partNumber}-${body.byteLength}"`, bytes: body.byteLength, body };
      uploads.get(uploadId)?.parts.set(partNumber, sha256 === undefined ? part : { ...part, sha256 });
    },
    parts: (uploadId) => partsOf(uploadId)?.map(({ body: _body, ...part }) => part),
    complete: (uploadId, named) => {
      const upload = uploads.get(uploadId);
      if (upload === undefined) throw new GatewayError('NOT_FOUND', `[NOT_FOUND] there is no upload ${uploadId}`);
      const parts = named.map((part) => checkPart(upload.parts.get(part.partNumber), part, upload.options.checksums ?? false));
      if (parts.slice(0, -1).some(({ bytes }) => bytes < MIN_PART_BYTES))
        throw new GatewayError('BAD_REQUEST', '[BAD_REQUEST] a part is too small');
      store(upload.key, Buffer.concat(parts.map(({ body }) => body)), upload.options);
      uploads.delete(uploadId);
    },
    abort: (uploadId) => void uploads.delete(uploadId),
    underway: () => [...uploads.keys()],
  };
}

function checkPart(part: Part | undefined, named: Omit<UploadedPart, 'bytes'>, checksums: boolean): Part {
  if (part?.etag === named.etag && (!checksums || (part.sha256 !== undefined && part.sha256 === named.sha256))) return part;
  throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] part ${named.partNumber} is missing or another one`);
}
