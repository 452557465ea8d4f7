/**
 * What may be uploaded: media types and size. The same limits stand in the input schemas of a service's uploads, beside them for
 * handlers, and in their type, so that a page that checks files before it sends them cannot have others.
 */

import type { AnyProcedure } from '../dsl/procedure.js';
import type { AnyService } from '../dsl/service.js';

/** What may be uploaded. */
export interface UploadLimits {
  /** Media types without parameters: `text/plain`, `image/*`, and for every one of them `*`/`*`. */
  readonly accept: readonly string[];
  /** Of a file. */
  readonly maxBytes: number;
}

/** A procedure that begins uploads. */
export interface LimitedUpload<TLimits extends UploadLimits> {
  readonly limits: TLimits;
}

/** The limits of a service's uploads as types: `const limits: UploadLimitsOf<typeof files> = …` in a page imports types only. */
export type UploadLimitsOf<TService> = TService extends {
  readonly procedures: { readonly beginUpload: LimitedUpload<infer TLimits> };
}
  ? TLimits
  : 'this service has no upload({ … }) in it';

/** The limits of a service's uploads, undefined where it has none. */
export function uploadLimits(service: AnyService): UploadLimits | undefined {
  const begin = service.procedures.beginUpload as (AnyProcedure & Partial<LimitedUpload<UploadLimits>>) | undefined;
  return begin?.limits;
}

/** A media type as it is written in `accept`; its two halves. */
const ACCEPTED = /^([a-z]+|\*)\/([a-z0-9.+-]+|\*)$/;

/**
 * The media types that `accept` stands for.
 *
 * @throws TypeError for none, and for one that is malformed
 */
export function acceptedTypes(accept: readonly string[]): RegExp {
  const patterns = accept.map((type) => {
    const [, main, sub] = ACCEPTED.exec(type) ?? [];
    if (main === undefined || sub === undefined || (main === '*' && sub !== '*')) {
      throw new TypeError(`[CONTRACT] malformed accept: got "${type}", expected a media type such as text/plain, image/* or */*`);
    }
    return `${main === '*' ? '[a-z]+' : main}\\/${sub === '*' ? '[a-z0-9.+-]+' : sub.replace(/[.+]/g, '\\$&')}`;
  });
  if (patterns.length === 0) throw new TypeError('[CONTRACT] accept is empty, expected media types such as text/plain, image/* or */*');
  return new RegExp(`^${patterns.length === 1 ? patterns[0] : `(?:${patterns.join('|')})`}$`);
}
