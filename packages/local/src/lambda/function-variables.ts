/**
 * The environment variables that a function sees: its own, and those that Lambda defines. Nothing of the developer's shell gets through,
 * so a variable that is missing in the template is missing here too.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { join } from 'node:path';
import type { Credentials, Environment } from '../parts.js';
import type { FunctionDefinition } from './definition.js';

export interface VariableSources {
  readonly environment: Environment;
  readonly credentials: Credentials;
  /** Where the function's AWS SDK clients go. */
  readonly awsUrl: string;
  readonly logStreamName: string;
  /** Absolute path of the unpacked code. */
  readonly taskRoot: string;
}

/** All variables of one sandbox; `_X_AMZN_TRACE_ID` is set per call by the runtime. */
export function functionVariables(definition: FunctionDefinition, sources: VariableSources): Record<string, string> {
  const { credentials, awsUrl, logStreamName, taskRoot } = sources;
  const region = definition.arn.split(':')[3] ?? sources.environment.region;
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_ENDPOINT_URL: awsUrl,
    // Keeps a developer's own AWS profile out of the function: the SDK would read the home folder of the stage's user.
    AWS_CONFIG_FILE: join(taskRoot, '.aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(taskRoot, '.aws', 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    // The warning is about the Node that runs the stage, not about the runtime the function is deployed to.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...definition.variables,
    _HANDLER: definition.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    ...(definition.logging.format === 'JSON' ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: definition.logging.level } : {}),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  };
}
