/**
 * An S3 bucket: private, TLS only, no half-finished uploads left behind. Browsers may reach it from the allowed origins only where the
 * declaration says they upload; what they may do there is what a signed URL says.
 */

import type { BucketResource } from '@org/gateway-server/service';
import { type CfnElement, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CorsRule, HttpMethods, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';

/** Chromium keeps a preflight's answer no longer (MDN, Access-Control-Max-Age). */
const PREFLIGHT_SECONDS = 7_200;

export interface DeclaredBucketProps {
  readonly declaration: BucketResource;
  readonly settings: StageSettings;
  /** @default CloudFormation makes one up */
  readonly physicalName?: string;
}

/** Creates a declared bucket. */
export function declaredBucket(scope: Construct, { declaration, settings, physicalName }: DeclaredBucketProps): Bucket {
  const { retain, recovery } = settings.data;
  const bucket = new Bucket(scope, declaration.name, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    versioned: recovery,
    removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    lifecycleRules: lifecycle(recovery),
    ...(physicalName === undefined ? {} : { bucketName: physicalName }),
    ...(declaration.browserUploads ? { cors: [browserRule(settings.allowedOrigins)] } : {}),
  });
  (bucket.node.defaultChild as CfnElement).overrideLogicalId(declaration.name);
  acknowledge(bucket, {
    'AwsSolutions-S1': "Objects are reached by functions' roles and URLs they signed, all asked for through an API that logs who asked.",
  });
  return bucket;
}

function lifecycle(recovery: boolean): LifecycleRule[] {
  const uploads: LifecycleRule = { id: 'abort-incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) };
  if (!recovery) return [uploads];
  return [uploads, { id: 'expire-old-versions', noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true }];
}

/** The signature covers the headers of a request, so all of them may be sent. */
function browserRule(origins: readonly string[]): CorsRule {
  return {
    allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT, HttpMethods.POST],
    allowedOrigins: [...origins],
    allowedHeaders: ['*'],
    exposedHeaders: ['ETag'],
    maxAge: PREFLIGHT_SECONDS,
  };
}
