/** The objects of buckets that are kept by this stage. */
import type { Authorize } from '../../iam/authorize.js';
import type { CredentialStore } from '../../parts.js';
import type { S3Backend } from './backend.js';
import type { BucketStore } from './bucket-store.js';
import type { S3Call, S3Request } from './call.js';
import { s3Error } from './errors.js';

export interface EmbeddedBucketsOptions {
  readonly store: BucketStore;
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
}

export function createEmbeddedBuckets(options: EmbeddedBucketsOptions): S3Backend {
  const { store } = options;
  const toCall = (request: S3Request): S3Call => ({
    ...request,
    store,
    bucket() {
      const bucket = store.get(request.bucketName);
      if (!bucket) throw s3Error('NoSuchBucket', { BucketName: request.bucketName });
      return bucket;
    },
  });
  return {
    async createBucket(about) {
      await store.open();
      await store.create(about);
    },
    open: () => store.open(),
    corsRules: (bucketName) => store.get(bucketName)?.cors ?? [],
    run: (request, { run }) => run(toCall(request)),
    async postForm(request) {
      const { postObject } = await import('./post-object.js');
      const { storeForm } = await import('./store-form.js');
      return postObject(request, { ...options, store: (upload) => storeForm(toCall(request), upload) });
    },
    close: () => store.close(),
  };
}
