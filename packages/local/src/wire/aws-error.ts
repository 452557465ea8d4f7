/**
 * The one error that services throw to answer a call with an AWS error. The codec of the wire (JSON or XML) writes it.
 */

/** What an AWS error consists of. `members` are further members of the error's body, such as `CancellationReasons`. */
export interface AwsErrorParts {
  readonly code: string;
  readonly message: string;
  readonly statusCode: number;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that has a code, a message and an HTTP status on the wire. */
export class AwsError extends Error {
  readonly code: string;
  readonly statusCode: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(parts: AwsErrorParts) {
    super(parts.message);
    this.name = parts.code;
    this.code = parts.code;
    this.statusCode = parts.statusCode;
    this.members = parts.members ?? {};
    this.headers = parts.headers ?? {};
  }
}
