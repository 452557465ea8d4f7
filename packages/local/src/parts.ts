/**
 * The seams between the parts of the local stage. Each part is a folder; it takes what it needs of the others through these
 * interfaces and nothing else, so that any part can be tested alone and replaced (by AWS's own emulator, by a real account).
 *
 *   template/  cloud assembly  -> ResolvedStack (intrinsics replaced by values)
 *   lambda/    ResolvedStack   -> Invoke; event source mappings read StreamSource
 *   gateway/   ResolvedStack + Invoke + Credentials -> REST and WebSocket listeners
 *   services/  DynamoDB and S3 on their wire protocols, behind one signed HTTP endpoint
 *   stage.ts   puts them together
 */

/** One clock for the whole stage: tests advance it, nothing else reads the time. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. Timers must not keep the process alive. */
  after(delayMs: number, run: () => void): () => void;
}

/** What `Ref` and the attributes of a resource came to, and its properties with every intrinsic replaced. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  /** The value of `Ref`. */
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A synthesized stack after resolution. Several stacks of one assembly are resolved together (exports, imports). */
export interface ResolvedStack {
  readonly name: string;
  /** The account and region it is deployed to. @default the stage's */
  readonly environment?: Environment;
  readonly resources: readonly ResolvedResource[];
  /** `Outputs` of the template by their logical id. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Account and region the stage pretends to be in. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly partition: 'aws';
}

/** A Lambda invocation, by function name or ARN. Never rejects for an error inside the function: that is `functionError`. */
export type Invoke = (functionName: string, payload: unknown, options?: InvokeOptions) => Promise<InvokeResult>;

export interface InvokeOptions {
  /** @default 'RequestResponse' */
  readonly invocationType?: 'RequestResponse' | 'Event';
  /** `X-Amzn-Trace-Id` handed to the function as `_X_AMZN_TRACE_ID`. */
  readonly traceId?: string;
  /** The id that the function sees as `awsRequestId`. @default a new one */
  readonly requestId?: string;
  /** Gets the answer as it is written, one that does not stream in one piece; `payload` is empty then unless the function failed. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

export interface InvokeResult {
  readonly statusCode: number;
  /** The JSON text the function returned (`'null'` for nothing); for a function error the JSON `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /**
   * Set when the function failed, as AWS's `X-Amz-Function-Error`. `Throttled`, `NotFound` and `RequestTooLarge` are service errors (no
   * code ran).
   */
  readonly functionError?: 'Unhandled' | 'Throttled' | 'NotFound' | 'ResponseTooLarge' | 'RequestTooLarge';
}

/** Long-lived keys of a principal, made when the stage starts. One per function role, and one for the operator. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Principal {
  /** `arn:aws:sts::…:assumed-role/ROLE/FUNCTION`, or `arn:aws:iam::…:user/operator`. */
  readonly arn: string;
  /** Logical id of the role in the template, absent for the operator. */
  readonly roleId?: string;
  /** JSON text of the policy that narrows a session, given when its role was assumed. */
  readonly sessionPolicy?: string;
}

/** An access key with all that the stage knows of it. */
export interface KnownKey {
  readonly credentials: Credentials;
  readonly principal: Principal;
  /** When the keys stop working, in epoch milliseconds. @default never */
  readonly expiresAtMs?: number;
}

export interface CredentialStore {
  /** The secret and the principal of an access key, `undefined` when unknown. */
  find(accessKeyId: string): KnownKey | undefined;
}

/** A SigV4 check of one HTTP request. Failures carry AWS's error code and message; the caller writes them on its own wire. */
export type VerifySignature = (request: SignedRequest) => SignatureResult;

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as received. */
  readonly url: string;
  /** Lower-case names; repeated headers joined as Node does. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body when it is at hand; its hash is compared with the signed one. */
  readonly body?: Uint8Array;
}

export type SignatureResult =
  | { readonly ok: true; readonly principal: Principal; readonly service: string; readonly region: string; readonly presigned: boolean }
  | {
      readonly ok: false;
      readonly code:
        | 'MissingAuthenticationToken'
        | 'InvalidClientTokenId'
        | 'SignatureDoesNotMatch'
        | 'RequestExpired'
        | 'ExpiredToken'
        | 'IncompleteSignature';
      readonly message: string;
    };

/** A DynamoDB stream as an event source mapping reads it: one shard, in commit order, kept across restarts. */
export interface StreamSource {
  /** Records after a sequence number (`'0'` for the oldest), in AWS's `dynamodb` record shape. */
  read(streamArn: string, afterSequenceNumber: string, limit: number): Promise<readonly StreamRecord[]>;
  /** Calls `wake` after every new record of the stream; the returned function ends it. */
  watch(streamArn: string, wake: () => void): () => void;
  /** The newest sequence number, `'0'` for an empty stream: where `LATEST` starts. */
  latest(streamArn: string): Promise<string>;
}

/** One record of a DynamoDB stream event, as Lambda gets it (`Records[]`). */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
  };
}

/** A line of the stage's journal: what the console and the terminal show. */
export type Report = (entry: ReportEntry) => void;

export interface ReportEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** Which part speaks: `rest`, `socket`, `lambda`, `dynamodb`, `s3`, `issuer`, `template`. */
  readonly part: string;
  readonly message: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}
