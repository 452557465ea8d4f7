/**
 * What bounds a broadcast and a reconnect storm, with sources. Prices are us-east-1's.
 */

/** Limits of an account and a region, or of a machine. Rates are per second. */
export interface Limits {
  /** Requests of all APIs together, `@connections` among them. */
  readonly requestRate: number;
  readonly requestBurst: number;
  readonly connectRate: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, "API Gateway account-level quotas" and "WebSocket API quotas". */
export const AWS_LIMITS: Limits = { requestRate: 10_000, requestBurst: 5_000, connectRate: 500 };

/** A machine of one's own has none of these. */
export const NO_LIMITS: Limits = {
  requestRate: Number.POSITIVE_INFINITY,
  requestBurst: Number.POSITIVE_INFINITY,
  connectRate: Number.POSITIVE_INFINITY,
};

/** How the fan-out works, and how long its steps take. */
export interface FanoutTimes {
  /** From the append to the fan-out's start: the stream is polled some four times a second. */
  readonly streamMs: number;
  /** From a message to a worker: SQS' long poll answers at once. */
  readonly queueMs: number;
  /** Reading a page of subscribers. */
  readonly pageMs: number;
  readonly pageRows: number;
  /** Subscribers of a shard. */
  readonly shardRows: number;
  /** Workers at the same time, 1 without shards. */
  readonly workers: number;
  /** Posts of a worker at the same time. */
  readonly parallelPosts: number;
  /** From a post to its answer. */
  readonly postMs: number;
  /** CPU of a post; a worker has one core. */
  readonly postCpuMicros: number;
  /** CPU of delivering a frame behind the API, where that is ours too. 0 on AWS. */
  readonly deliverCpuMicros: number;
  /** Cores that deliver. */
  readonly deliverCores: number;
}

/** Dollars per piece. https://aws.amazon.com/api-gateway/pricing/ (WebSocket APIs, first billion), https://aws.amazon.com/lambda/pricing/ */
export const PRICES = { message: 1 / 1e6, connectionMinute: 0.25 / 1e6, lambdaGbSecond: 0.0000166667 } as const;
