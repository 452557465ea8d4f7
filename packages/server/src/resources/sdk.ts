/**
 * Loads AWS SDK clients on first use, one of each per process. Where they connect to and with which credentials is the SDK's own
 * business (its variables, the role of the function) unless a caller says otherwise.
 */

import type { Dynamo } from './dynamo.js';
import type { S3 } from './s3.js';

export interface SdkOptions {
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string | undefined;
  /** @default the SDK's own: `AWS_ENDPOINT_URL`, or AWS */
  readonly endpoint?: string | undefined;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** SDK clients, opened on the first call and the same ones ever after. */
export interface Sdk {
  dynamo(): Promise<Dynamo>;
  s3(): Promise<S3>;
  /** Closes the sockets of what was opened. */
  close(): Promise<void>;
}

/** SDK clients of their own, for a test or a tool; functions take `processSdk`. */
export function createSdk(options: SdkOptions): Sdk {
  let dynamo: Promise<Dynamo> | undefined;
  let s3: Promise<S3> | undefined;
  return {
    dynamo: () => (dynamo ??= import('./dynamo.js').then(({ openDynamo }) => openDynamo(options))),
    s3: () => (s3 ??= import('./s3.js').then(({ openS3 }) => openS3(options))),
    close: async () => {
      (await dynamo)?.close();
      (await s3)?.close();
    },
  };
}

const shared = new Map<string | undefined, Sdk>();

/** The process's SDK clients for a region: connections are kept open between invocations, and shared by all resources. */
export function processSdk(region: string | undefined): Sdk {
  const known = shared.get(region);
  if (known) return known;
  const made = createSdk({ region });
  shared.set(region, made);
  return made;
}
