/**
 * Which rights an operation needs: a function of the request alone, so that it is the same whoever keeps the objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html - DeleteObjects asks for every key by itself.
 */
import { bucketArn, objectArn, type S3Request } from './call.js';
import { readCopySource } from './copy-source.js';

/** One question to IAM. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  /** @default none beside those of every request */
  readonly context?: Readonly<Record<string, string>>;
}

/** What a request has to say for its questions. */
export type Asking = Pick<S3Request, 'bucketName' | 'key' | 'query' | 'header'>;

/** The questions of one operation. */
export type Asks = (request: Asking) => readonly Question[];

/** An action on no bucket. */
export const onAll =
  (action: string): Asks =>
  () => [{ action, resource: '*' }];

export const onBucket =
  (action: string): Asks =>
  ({ bucketName }) => [{ action, resource: bucketArn(bucketName) }];

export const onObject =
  (action: string): Asks =>
  (request) => [{ action, resource: objectArn(request) }];

/** A listing tells policies the parameters that were sent, the empty ones too. */
export const listing: Asks = ({ bucketName, query }) => {
  const sent = ['prefix', 'delimiter', 'max-keys'].flatMap((name) => {
    const value = query.get(name);
    return value === undefined ? [] : [[`s3:${name}`, value]];
  });
  return [{ action: 's3:ListBucket', resource: bucketArn(bucketName), context: Object.fromEntries(sent) }];
};

/** To write the copy and to read its source. */
export const copying: Asks = (request) => [
  { action: 's3:PutObject', resource: objectArn(request) },
  { action: 's3:GetObject', resource: objectArn(readCopySource(request.header)) },
];

/** The keys are in the body. */
export const perKey: Asks = () => [];
