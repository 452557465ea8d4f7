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
  readonly credentials?: AwsCredentialsProvider | undefined;
}

/** The options that are given, as every SDK client's constructor takes them. */
export function sdkConfig({ region, endpoint, credentials }: AwsOptions): {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialsProvider;
} {
  return {
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
