/**
 * Throttling of a REST stage's `MethodSettings`: the entry of the method itself wins over `*` for all methods, and every method has a
 * bucket of its own. `ResourcePath` writes the slashes of the path as `~1` (`/~1documents~1{proxy+}`).
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
import type { Clock, ResolvedResource } from '../parts.js';
import { nestedList, optionalNumber, text } from './properties.js';
import { createTokenBucket, type ThrottleLimits, type TokenBucket } from './throttle.js';

/** The limits of a method, `undefined` for none. */
export type ThrottleRules = (method: { readonly httpMethod: string; readonly resourcePath: string }) => ThrottleLimits | undefined;

/** Reads a stage's `MethodSettings`. */
export function readThrottleRules(stage: ResolvedResource): ThrottleRules {
  const limits = new Map<string, ThrottleLimits>();
  for (const setting of nestedList(stage, 'MethodSettings')) {
    const ratePerSecond = optionalNumber(setting, 'ThrottlingRateLimit');
    const burst = optionalNumber(setting, 'ThrottlingBurstLimit');
    if (ratePerSecond === undefined && burst === undefined) continue;
    const key = `${text(setting, 'HttpMethod')} ${resourcePath(text(setting, 'ResourcePath'))}`;
    limits.set(key, { ratePerSecond: ratePerSecond ?? -1, burst: burst ?? -1 });
  }
  return (method) => limits.get(`${method.httpMethod} ${method.resourcePath}`) ?? limits.get('* /*');
}

function resourcePath(encoded: string): string {
  return encoded === '/*' ? encoded : encoded.replace(/^\//, '').replaceAll('~1', '/') || '/';
}

/** One bucket per method, made when the method is first called. */
export function createMethodThrottle(
  rules: ThrottleRules,
  clock: Clock,
): (method: { readonly httpMethod: string; readonly resourcePath: string }) => boolean {
  const buckets = new Map<string, TokenBucket>();
  return (method) => {
    const key = `${method.httpMethod} ${method.resourcePath}`;
    const limits = rules(method);
    const bucket = buckets.get(key) ?? (limits ? createTokenBucket(limits, clock) : () => true);
    buckets.set(key, bucket);
    return bucket();
  };
}
