/**
 * The bucket of messages that are too large for the socket (PROTOCOL.md P3.27). Nothing in it is meant to stay: what clients put is gone
 * the next day, what is sent to them when the events that refer to it are.
 */

import { KEPT_DAYS, PAYLOADS } from '@org/gateway-server/service';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { declaredBucket } from './declared-bucket.js';
import type { DeployedResource } from './permissions.js';

/** Creates it. */
export function payloadsBucket(scope: Construct, settings: StageSettings): DeployedResource {
  const declaration = PAYLOADS.resource;
  const bucket = declaredBucket(scope, { declaration, settings });
  bucket.addLifecycleRule({ id: 'expire-in', prefix: 'in/', expiration: Duration.days(1) });
  for (const days of KEPT_DAYS)
    bucket.addLifecycleRule({ id: `expire-out-${days}`, prefix: `out/${days}/`, expiration: Duration.days(days) });
  return { declaration, location: bucket.bucketName, arn: bucket.bucketArn };
}
