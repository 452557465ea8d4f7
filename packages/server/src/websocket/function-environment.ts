/**
 * What Lambda tells every function, for requests that are signed without an SDK client: the region and the keys of its role. A function's
 * environment is replaced before its keys expire, so these are good for as long as the process lives.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */

import * as z from 'zod';
import type { AwsCredentials } from '../resources/aws-options.js';
import type { Environment } from './env.js';

export interface FunctionEnvironment {
  readonly region: string;
  readonly credentials: AwsCredentials;
}

const text = z.string().min(1);

const Variables = z.object({
  AWS_REGION: text,
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  /** Absent for the keys of a user. */
  AWS_SESSION_TOKEN: text.optional(),
});

/** @throws Error that names every variable that is missing. */
export function readFunctionEnvironment(env: Environment): FunctionEnvironment {
  const result = Variables.safeParse(env);
  if (!result.success) {
    const names = result.error.issues.map(({ path }) => String(path[0]));
    throw new Error(`[ENV] the function cannot sign requests: ${names.join(', ')} missing; Lambda sets these, elsewhere give credentials`);
  }
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = result.data;
  return {
    region,
    credentials: { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }) },
  };
}
