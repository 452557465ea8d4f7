/** The endpoint that stands in, as variables name it. */
import type { StandInOptions } from './options.js';

/**
 * `GATEWAY_AWS_ENDPOINT` is the URL, `GATEWAY_AWS_SERVICES` the services it keeps (`dynamodb,s3`; all by default); keys are in AWS's own
 * variables, `test` by default, which local stand-ins take. `undefined` without a URL.
 */
export function standInOfEnvironment(env: NodeJS.ProcessEnv = process.env): StandInOptions | undefined {
  const { GATEWAY_AWS_ENDPOINT: url, GATEWAY_AWS_SERVICES: services, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!url) return undefined;
  const names = (services ?? '').split(',').map((name) => name.trim());
  const wanted = names.filter((name) => name !== '');
  return {
    url,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID || 'test',
      secretAccessKey: AWS_SECRET_ACCESS_KEY || 'test',
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    },
    ...(wanted.length === 0 ? {} : { services: wanted }),
  };
}
