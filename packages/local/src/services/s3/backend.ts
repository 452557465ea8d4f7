/** Who keeps the objects: this stage, or an endpoint that stands in for it. Signatures, rights and CORS were dealt with before. */
import type { BucketFile } from './bucket-store.js';
import type { S3Request, S3Result } from './call.js';
import type { CorsRule } from './cors.js';
import type { Route } from './router.js';

export interface S3Backend {
  /** Makes a bucket of the template, or gives an existing one its CORS rules. */
  createBucket(about: BucketFile): Promise<void>;
  /** Called before every request. */
  open(): Promise<void>;
  corsRules(bucketName: string): readonly CorsRule[];
  run(request: S3Request, route: Route): Promise<S3Result>;
  /** A form of a browser, which carries its own signature and asks for its rights itself. */
  postForm(request: S3Request): Promise<S3Result>;
  close(): Promise<void>;
}
