/** What a GraphQL API answers: https://spec.graphql.org/October2021/#sec-Response-Format, with AppSync's `errorType` on each error. */

export interface GraphError {
  /** Of AppSync or of the resolver; empty where there is none. */
  readonly type: string;
  /** `documents.0.title` */
  readonly path: string;
  readonly message: string;
}

export interface GraphAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: readonly GraphError[];
}

/** Errors and characters of each that are logged. */
const MAX_ERRORS = 5;
const MAX_CHARACTERS = 200;

/** Reads an answer; one that is no JSON has no data. */
export function graphAnswerOf(status: number, text: string): GraphAnswer {
  const { data, errors } = objectOf(parse(text));
  return { status, data, errors: Array.isArray(errors) ? errors.slice(0, MAX_ERRORS).map(errorOf) : [] };
}

function errorOf(error: unknown): GraphError {
  const { errorType, path, message } = objectOf(error);
  return { type: textOf(errorType), path: Array.isArray(path) ? path.join('.') : '', message: textOf(message) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_CHARACTERS) : '';
}
