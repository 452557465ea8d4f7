/**
 * Where an AWS client connects to, and with which keys. Functions leave it to the SDK (its variables, the role of the function); tests and
 * resources in other accounts say it.
 */

/** Keys that requests are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Gives keys that are good for some minutes at least; a provider of the SDK is one. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

export interface AwsOptions {
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string | undefined;
  /** @default the SDK's own: `AWS_ENDPOINT_URL`, or AWS */
  readonly endpoint?: string | undefined;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: AwsCredentials | AwsCredentialsProvider | undefined;
}

/** How long a client tries: all attempts together stay inside the 29 s that API Gateway waits. */
export interface Attempts {
  readonly maxAttempts: number;
  /** Of one attempt. Absent: each request says it. */
  readonly timeoutMs?: number;
}

/** What an SDK client's constructor takes, with the options that are given and no others. */
export function sdkConfig({ region, endpoint, credentials }: AwsOptions, { maxAttempts, timeoutMs }: Attempts) {
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: 1_000,
      throwOnRequestTimeout: true,
      ...(timeoutMs === undefined ? {} : { requestTimeout: timeoutMs }),
    },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** A value that is made on first use, and the same one ever after. */
export function lazily<TValue>(make: () => Promise<TValue>): () => Promise<TValue> {
  let made: Promise<TValue> | undefined;
  return () => (made ??= make());
}
